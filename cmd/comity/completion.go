package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

type completeCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"The shell: bash, zsh or fish."`
}

// Run prints a completion script of the program's commands and flags.
func (c *completeCommand) Run(p *program, k *kong.Context) error {
	var script string
	switch positions := completions(k.Model.Node, ""); c.Shell {
	case "bash":
		script = bashScript(positions)
	case "zsh":
		script = "#compdef comity\nautoload -U +X bashcompinit && bashcompinit\n" + bashScript(positions)
	case "fish":
		script = fishScript(positions)
	}
	_, err := fmt.Fprint(p.out, script)
	return err
}

// completion lists what may follow a command. Its path is the command's names, joined by blanks.
type completion struct {
	path     string
	commands []*kong.Node
	flags    []*kong.Flag
	// words are the values that an argument can have; files says that it is a file.
	words []string
	files bool
}

func completions(n *kong.Node, path string) (all []completion) {
	c := completion{path: path}
	for _, group := range n.AllFlags(true) {
		c.flags = append(c.flags, group...)
	}
	for _, a := range n.Positional {
		if a.Enum != "" {
			c.words = append(c.words, a.EnumSlice()...)
		}
		c.files = c.files || a.Name == "file"
	}
	for _, child := range n.Children {
		if child.Type == kong.CommandNode && !child.Hidden {
			c.commands = append(c.commands, child)
			all = append(all, completions(child, strings.TrimSpace(path+" "+child.Name))...)
		}
	}
	return append([]completion{c}, all...)
}

// takesFile says whether a flag's value is a path.
func takesFile(f *kong.Flag) bool {
	return strings.Contains(f.PlaceHolder, "FILE") || strings.Contains(f.PlaceHolder, "PATH|")
}

func bashScript(positions []completion) string {
	var known, cases, files, values strings.Builder
	inFiles, inValues := map[string]bool{}, map[string]bool{}
	for _, c := range positions {
		var words []string
		for _, n := range c.commands {
			words = append(words, n.Name)
			fmt.Fprintf(&known, "    %q) path=%q ;;\n", c.path+"/"+n.Name, strings.TrimSpace(c.path+" "+n.Name))
		}
		words = append(words, c.words...)
		for _, f := range c.flags {
			words = append(words, "--"+f.Name)
			switch {
			case f.IsBool():
			case takesFile(f) && !inFiles[f.Name]:
				inFiles[f.Name] = true
				fmt.Fprintf(&files, "|--%s", f.Name)
			case !takesFile(f) && !inValues[f.Name]:
				inValues[f.Name] = true
				fmt.Fprintf(&values, "|--%s", f.Name)
			}
		}
		more := ""
		if c.files {
			more = "; files=1"
		}
		fmt.Fprintf(&cases, "    %q) words=%q%s ;;\n", c.path, strings.Join(words, " "), more)
	}
	return fmt.Sprintf(`# Completion of comity in bash: source <(comity completion bash)
_comity() {
  local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" path="" words="" files="" i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path/${COMP_WORDS[i]}" in
%s    esac
  done
  if [ "$cur" = "=" ]; then cur=""; elif [ "$prev" = "=" ]; then prev="${COMP_WORDS[COMP_CWORD-2]}"; fi
  case "$prev" in
    %s) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    %s) return ;;
  esac
  case "$path" in
%s  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  if [ -n "$files" ] && [ "${cur#-}" = "$cur" ]; then COMPREPLY+=($(compgen -f -- "$cur")); fi
}
complete -o filenames -F _comity comity
`, known.String(), strings.TrimPrefix(files.String(), "|"), strings.TrimPrefix(values.String(), "|"), cases.String())
}

func fishScript(positions []completion) string {
	var b strings.Builder
	b.WriteString(`# Completion of comity in fish: comity completion fish | source
function __comity_at
    set -l words
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; or set -a words $word
    end
    string match -q -- "$argv" "$words"; or begin
        test -n "$argv"; and string match -q -- "$argv *" "$words"
    end
end
complete -c comity -f
`)
	quote := func(s string) string { return "'" + strings.NewReplacer("\\", "\\\\", "'", "\\'").Replace(s) + "'" }
	for _, c := range positions {
		at := quote("__comity_at " + c.path)
		for _, n := range c.commands {
			fmt.Fprintf(&b, "complete -c comity -n %s -a %s -d %s\n", at, n.Name, quote(n.Help))
		}
		for _, w := range c.words {
			fmt.Fprintf(&b, "complete -c comity -n %s -a %s\n", at, w)
		}
		if c.files {
			fmt.Fprintf(&b, "complete -c comity -n %s -F\n", at)
		}
		if c.path == "" {
			continue
		}
		for _, f := range c.flags {
			value := ""
			switch {
			case f.IsBool():
			case takesFile(f):
				value = " -r -F"
			default:
				value = " -x"
			}
			fmt.Fprintf(&b, "complete -c comity -n %s -l %s%s -d %s\n", at, f.Name, value, quote(f.Help))
		}
	}
	return b.String()
}
