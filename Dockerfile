# The image of one tool, for this machine's platform, by Docker alone:
#   docker build --build-arg NAME=pg-init --tag dayzero/pg-init:0.1.0 .
#
# RUST is any image of Debian with cargo, gcc and a static C library. `just image NAME` makes the same image reproducibly
# and without a builder.
ARG RUST=rust:slim

FROM ${RUST} AS build
ARG NAME
RUN test -n "$NAME" || { echo "name a tool: --build-arg NAME=pg-init (or kafka-init, minio-init, valkey-init)" >&2; exit 2; }
WORKDIR /src
COPY . .
ARG COMMIT=""
RUN target=$(rustc -vV | sed -n 's/^host: //p') && \
    DAYZERO_COMMIT=$COMMIT images/compile.sh "$NAME" "$target" && \
    install -D -m 0755 "target/image/$target/release/$NAME" /image/init

FROM scratch
COPY --from=build /image/init /init
# Any other uid works as well: the tool looks nothing up and writes nothing.
USER 65532:65532
ARG NAME
ARG COMMIT=""
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="${NAME}" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${COMMIT}" \
      org.opencontainers.image.licenses="Apache-2.0"
# Every line of /etc/hosts counts for a name, not the first one alone.
ENV RESOLV_MULTI=on
ENTRYPOINT ["/init"]
