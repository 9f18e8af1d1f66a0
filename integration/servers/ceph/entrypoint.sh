#!/bin/bash
# Makes a cluster of one node, with an admin user from the environment, and starts the gateway:
#   RGW_ACCESS_KEY, RGW_SECRET_KEY   the keys of the user `admin`
#   RGW_CAPS                         its capabilities; all those that this tool needs by default
#   RGW_OPTION                       one more option of `radosgw-admin user create`
set -euo pipefail

uuid() { cat /proc/sys/kernel/random/uuid; }

fsid=$(uuid)
monmaptool --create --fsid "$fsid" --addv a '[v2:127.0.0.1:3300]' /tmp/monmap >/dev/null
ceph-mon --id a --mkfs --fsid "$fsid" --monmap /tmp/monmap
ceph-mon --id a --foreground &
osd=$(uuid)
ceph osd new "$osd" >/dev/null
ceph-osd --id 0 --mkfs --osd-uuid "$osd"
ceph-osd --id 0 --foreground &
radosgw-admin --name client.rgw user create --uid=admin --display-name=admin --access-key="${RGW_ACCESS_KEY:?}" \
    --secret="${RGW_SECRET_KEY:?}" --caps="${RGW_CAPS:-users=*;buckets=*;metadata=*}" ${RGW_OPTION:+"$RGW_OPTION"} >/dev/null
exec radosgw --name client.rgw --foreground
