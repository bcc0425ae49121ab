# One static binary in an empty image. The data is in /data: mount a volume there, or name a
# PostgreSQL database with COMITY_DATABASE and keep the key file in the volume.
#
#   docker build -t comity --build-arg VERSION="$(git describe --tags --always)" .
#   docker run -p 8080:8080 -v comity:/data comity
#   docker exec CONTAINER /comity api-user add --co 1 --name me
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# Without a version named, Go takes that of the repository, which is in the context for this alone.
ARG VERSION=
RUN git config --global --add safe.directory /src && \
    CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=$VERSION" -o /comity ./cmd/comity && mkdir /data

FROM scratch
ARG VERSION=
LABEL org.opencontainers.image.title=Comity org.opencontainers.image.version=$VERSION
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /comity /comity
COPY --from=build --chown=65532:65532 /data /data
USER 65532:65532
WORKDIR /data
ENV COMITY_LISTEN=0.0.0.0:8080 COMITY_DATABASE=/data/comity.db COMITY_SECRET_KEY_FILE=/data/comity.key
EXPOSE 8080
VOLUME /data
HEALTHCHECK --interval=30s --timeout=6s --start-period=10s CMD ["/comity", "health"]
ENTRYPOINT ["/comity"]
CMD ["serve"]
