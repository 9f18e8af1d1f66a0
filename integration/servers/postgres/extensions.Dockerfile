# The server of the other Dockerfile with the extensions that applications ask for, as Debian packages them.
ARG POSTGRES_VERSION=17
FROM dayzero/postgres:${POSTGRES_VERSION}
ARG POSTGRES_VERSION=17
USER root
RUN apt-get -qq update \
 && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install \
        "postgresql-${POSTGRES_VERSION}-postgis-3" "postgresql-${POSTGRES_VERSION}-postgis-3-scripts" \
        "postgresql-${POSTGRES_VERSION}-pgrouting" "postgresql-${POSTGRES_VERSION}-pgvector" \
        "postgresql-${POSTGRES_VERSION}-cron" "postgresql-${POSTGRES_VERSION}-timescaledb" >/dev/null \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin
USER postgres
