package main

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// checkAddress returns an error if a server cannot listen on the address that --listen names.
func checkAddress(address string) error {
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		_, err = net.DefaultResolver.LookupPort(context.Background(), "tcp", port)
	}
	if err != nil {
		return fmt.Errorf("--listen: %q is no address such as 127.0.0.1:8080: %w", address, err)
	}
	return nil
}

// checkRoot returns an error if --root is no path.
func checkRoot(root string) error {
	if u, err := url.Parse("/" + strings.Trim(root, "/") + "/"); err != nil || u.Host != "" || u.RawQuery != "" || u.Fragment != "" || u.ForceQuery ||
		strings.ContainsAny(root, " %#") || strings.Contains(u.Path, "//") && root != "/" {
		return fmt.Errorf("--root: %q is no path such as /registry/", root)
	}
	return nil
}

// checkPublicURL returns an error if --public-url is set and no origin.
func checkPublicURL(text string) error {
	if text != "" && !isOrigin(text) {
		return fmt.Errorf("--public-url: %q is no address such as https://registry.example.org", text)
	}
	return nil
}

// isOrigin says whether a URL names a web server and nothing on it.
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n > 65535 {
			return false
		}
	}
	return u.Path == "" || u.Path == "/"
}

// localAddress returns the address at which this machine reaches a server that listens on an address. The
// unspecified address becomes the loopback address.
func localAddress(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// otherAddress returns the address at which other machines reach a server that listens on an address, "" if it
// is the same one, or if this machine has no other.
func otherAddress(address string) string {
	if localAddress(address) == address {
		return ""
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return ""
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return ""
	}
	var found string
	for _, a := range addresses {
		n, ok := a.(*net.IPNet)
		if !ok || !n.IP.IsGlobalUnicast() {
			continue
		}
		if found == "" || n.IP.To4() != nil {
			found = net.JoinHostPort(n.IP.String(), port)
		}
		if n.IP.To4() != nil {
			break
		}
	}
	return found
}
