#!/bin/bash
# Starts one Kafka node from the environment, by the contract of the upstream apache/kafka image:
#   KAFKA_FOO_BAR=x           foo.bar=x        (two underscores: one underscore; three: a dash)
#   CLUSTER_ID                the id with which empty storage is formatted
#   STORAGE_FORMAT_OPTIONS    more options for that, such as `--release-version 4.1` for older feature levels (not upstream's)
#   KAFKA_LOG4J_ROOT_LOGLEVEL (default WARN)   KAFKA_LOG4J_LOGGERS   a.b=DEBUG,c.d=INFO
#   KAFKA_HEAP_OPTS KAFKA_OPTS KAFKA_JMX_OPTS KAFKA_JVM_PERFORMANCE_OPTS   handed to the JVM
set -euo pipefail

home=/opt/kafka
config=$home/config
mounted=/mnt/shared/config/server.properties

is_property() {
    case $1 in
        KAFKA_HEAP_OPTS | KAFKA_OPTS | KAFKA_JMX_OPTS | KAFKA_JVM_PERFORMANCE_OPTS | KAFKA_GC_LOG_OPTS) false ;;
        KAFKA_LOG4J_* | KAFKA_TOOLS_LOG4J_* | KAFKA_VERSION) false ;;
        *) true ;;
    esac
}

property_name() {
    local key=${1#KAFKA_}
    key=${key,,}
    key=${key//___/-}
    key=${key//__/%}
    key=${key//_/.}
    echo "${key//%/_}"
}

write_properties() {
    local name
    if [[ -e $mounted ]]; then cat "$mounted"; fi
    for name in $(compgen -e KAFKA_); do
        if is_property "$name"; then echo "$(property_name "$name")=${!name}"; fi
    done
}

# Kafka 4 logs through log4j 2, Kafka 3 through log4j 1: both files are written, each reads its own.
write_log_config() {
    local level=${KAFKA_LOG4J_ROOT_LOGLEVEL:-WARN} pattern='[%d] %p %m (%c)%n' loggers=${KAFKA_LOG4J_LOGGERS:-} pair index=0
    {
        printf '%s\n' 'appender.out.type=Console' 'appender.out.name=out' 'appender.out.layout.type=PatternLayout' \
            "appender.out.layout.pattern=$pattern" "rootLogger.level=$level" 'rootLogger.appenderRef.out.ref=out'
    } >"$config/log4j2.properties"
    {
        printf '%s\n' "log4j.rootLogger=$level, out" 'log4j.appender.out=org.apache.log4j.ConsoleAppender' \
            'log4j.appender.out.layout=org.apache.log4j.PatternLayout' "log4j.appender.out.layout.ConversionPattern=$pattern"
    } >"$config/log4j.properties"
    for pair in ${loggers//,/ }; do
        index=$((index + 1))
        printf '%s\n' "logger.l$index.name=${pair%%=*}" "logger.l$index.level=${pair#*=}" >>"$config/log4j2.properties"
        echo "log4j.logger.${pair%%=*}=${pair#*=}" >>"$config/log4j.properties"
    done
}

# A JVM of its own, so only for a node that has no storage yet.
format_storage() {
    local dirs first options
    dirs=$(sed -n 's/^log\.dirs=//p' "$config/server.properties" | tail -n 1)
    first=${dirs%%,*}
    [[ ! -e ${first:-/tmp/kraft-combined-logs}/meta.properties ]] || return 0
    read -ra options <<<"${STORAGE_FORMAT_OPTIONS:-}"
    kafka-storage format --cluster-id "${CLUSTER_ID:?CLUSTER_ID is not set}" --config "$config/server.properties" \
        "${options[@]}" >/dev/null
}

main() {
    # Another command than the broker: `docker run IMAGE kafka-topics --help`.
    [[ $# -eq 0 ]] || exec "$@"
    write_properties >"$config/server.properties"
    write_log_config
    # A broker that keeps everything in ZooKeeper formats its own.
    [[ -n ${KAFKA_ZOOKEEPER_CONNECT:-} ]] || format_storage
    export KAFKA_HEAP_OPTS=${KAFKA_HEAP_OPTS:--Xmx512m -Xms256m}
    export KAFKA_LOG4J_OPTS="-Dlog4j2.configurationFile=$config/log4j2.properties -Dlog4j.configuration=file:$config/log4j.properties"
    exec kafka-server-start "$config/server.properties"
}

main "$@"
