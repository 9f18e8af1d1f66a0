# A server from a Python package: its binaries stand in the folder bin, the modules that it is started with in lib.
FROM debian:trixie-slim
ARG TITLE
# What the binaries are linked with: libssl1.1 is in an older suite alone.
RUN uri=$(sed -n 's/^deb \([^ ]*\) .*/\1/p' /etc/apt/sources.list | head -n 1) \
 && echo "deb $uri bullseye main" >/etc/apt/sources.list.d/suite.list \
 && printf 'Package: *\nPin: release n=bullseye\nPin-Priority: 50\n' >/etc/apt/preferences.d/suite \
 && apt-get -qq -o Acquire::Check-Valid-Until=false update \
 && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install \
        libgomp1 libssl1.1 libssl3t64 valkey-tools >/dev/null \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin \
 && useradd --uid 1000 --home-dir /data --shell /usr/sbin/nologin kv \
 && install -d -o kv -g kv -m 0700 /data
COPY bin /opt/server/bin
COPY lib /opt/server/lib
# The client is Debian's, also for a package without one.
RUN ln -s /opt/server/bin/redis-server /usr/local/bin/kv-server \
 && ln -s /usr/bin/valkey-cli /usr/local/bin/kv-cli \
 && chmod -R a+rX,u+w /opt/server && chmod a+x /opt/server/bin/* && find /opt/server/lib -name '*.so' -exec chmod a+x {} +
COPY entrypoint.sh healthcheck.sh /opt/valkey/
USER kv
LABEL org.opencontainers.image.title="$TITLE" org.opencontainers.image.description="$TITLE for the tests"
VOLUME /data
WORKDIR /data
EXPOSE 6379
ENTRYPOINT ["/opt/valkey/entrypoint.sh"]
