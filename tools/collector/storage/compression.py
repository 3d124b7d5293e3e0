"""Compresses the records of events: zlib with a dictionary of what events have in common.

A record says many things twice (the parameters, and the columns that are made of them), and almost
all of an event of this project's firmware is said by every other one. With the dictionary 2,700
bytes become some 150. The dictionary that a database was made with lies in the database, so that
a file can be read whatever DICTIONARY becomes later.
"""

import zlib

_LEVEL, _WINDOW, _MEMORY = 3, -14, 6  # More memory takes longer, and saves few bytes
# What is common lies at the end, since near matches take fewer bytes.
DICTIONARY = """
"failures":[{"field":"","value":null,"rule":"is unresolved: no such schema; looked in ","hint":""}]
"errors":["body: "],"querystring":[],"body":null,"collectorPayload":{"api":{"vendor":"
"se_category":"","se_action":"","se_label":"","se_property":"","se_value":0.0,"page_view","page_url
":"https://","page_title":"","page_referrer":"http://","page_urlscheme":"https","page_urlhost":"
","page_urlport":443,"page_urlpath":"/","refr_urlscheme":"https","refr_urlhost":"","refr_urlport":
443,"refr_urlpath":"/","mkt_medium","br_lang":"en-US","br_cookies":true,"br_colordepth":"24",
"br_viewwidth":1280,"br_viewheight":720,"dvce_screenwidth":1920,"dvce_screenheight":1080,
"doc_charset":"UTF-8","doc_width":1280,"doc_height":,"os_timezone":"Europe/Berlin","user_id":"
","domain_sessionidx":1,"domain_sessionid":"","true_tstamp":"20","url":"https://","refr":"page":"
"res":"1920x1080","vp":"1280x720","ds":"1280x","cs":"UTF-8","lang":"en-US","cookie":"1","cd":"24",
"tz":"Europe/Berlin","vid":"1","sid":"","ttm":"17","uid":"","useragent":"Mozilla/5.0 (X11; Linux
x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36","refererUri":"http
"headers":["Host: 127.0.0.1:9090","User-Agent: snowplow","Accept: */*","Accept-Encoding: gzip, defl
ate","Accept-Language: en-US,en;q=0.9","Connection: keep-alive","Sec-Fetch-Mode: cors","Origin: ",
{\\"schema\\":\\"iglu:com.snowplowanalytics.snowplow/client_session/jsonschema/1-0-2\\",\\"data\\":
{\\"userId\\":\\"\\",\\"sessionId\\":\\"\\",\\"sessionIndex\\":1,\\"eventIndex\\":,\\"previousSessi
onId\\":null,\\"storageMechanism\\":\\"LOCAL_STORAGE\\",\\"firstEventId\\":\\"\\"}
{\\"quantity\\":\\"pressure\\",\\"value\\":1013.25,\\"unit\\":\\"hPa\\"}{"quantity":"pressure","value":101
health/jsonschema/1-0-0\\",\\"data\\":{\\"uptime\\":,\\"memoryFree\\":,\\"rssi\\":-60,\\"boots\\":,
\\"resetCause\\":\\"power_on\\",\\"stored\\":0,\\"dropped\\":0,\\"battery\\":
{"rawEvent":{"api":{"vendor":"com.snowplowanalytics.snowplow","version":"tp2"},"contentType":"appli
cation/json","source":{"name":"snowplow-micropython-collector","encoding":"UTF-8","hostname":"192.1
68.1.10"},"context":{"timestamp":"2026-01-01T00:00:00.000Z","ipAddress":"192.168.1.","useragent":nu
ll,"refererUri":null,"headers":["Host: 192.168.1.10:9090","Content-Type: application/json","Content
-Length: 1000","Connection: keep-alive"],"userId":"00000000-0000-4000-8000-000000000000"},"param
eters":{"e":"ue","p":"iot","tv":"mpy-0.1.0","tna":"firmware","aid":"","eid":"00000000-0000-4000-8000-000000
000000","duid":"","dtm":"17","stm":"17","ue_pr":"{\\"schema\\":\\"iglu:com.snowplowanalytics.snowpl
ow/unstruct_event/jsonschema/1-0-0\\",\\"data\\":{\\"schema\\":\\"iglu:io.github.snowplow_micropyth
on/sensor_reading/jsonschema/1-0-0\\",\\"data\\":{\\"sensor\\":\\"air\\",\\"readings\\":[{\\"quanti
ty\\":\\"temperature\\",\\"value\\":20.5,\\"unit\\":\\"Cel\\"},{\\"quantity\\":\\"humidity\\",\\"va
lue\\":40.5,\\"unit\\":\\"%\\"}]}}}","co":"{\\"schema\\":\\"iglu:com.snowplowanalytics.snowplow/con
texts/jsonschema/1-0-1\\",\\"data\\":[{\\"schema\\":\\"iglu:io.github.snowplow_micropython/board/js
onschema/1-0-0\\",\\"data\\":{\\"port\\":\\"esp32\\",\\"model\\":\\"ESP32\\",\\"id\\":\\"\\",\\"fir
mware\\":\\"0.1.0\\"}}]}"}},"eventType":"unstruct","schema":"iglu:io.github.snowplow_micropython/se
nsor_reading/jsonschema/1-0-0","contexts":["iglu:io.github.snowplow_micropython/board/jsonschema/1-
0-0"],"event":{"event":"unstruct","platform":"iot","v_tracker":"mpy-0.1.0","name_tracker":"firmware
","app_id":"","event_id":"00000000-0000-4000-8000-000000000000","domain_userid":"","dvce_created_ts
tamp":"2026-01-01T00:00:00.000Z","dvce_sent_tstamp":"2026-01-01T00:00:00.000Z","user_ipaddress":"19
2.168.1.10","network_userid":"00000000-0000-4000-8000-000000000000","collector_tstamp":"2026-01-01T
00:00:00.000Z","etl_tstamp":"2026-01-01T00:00:00.000Z","v_collector":"snowplow-micropython-collecto
r","v_etl":"snowplow-micropython-collector","derived_tstamp":"2026-01-01T00:00:00.000Z","event_vend
or":"io.github.snowplow_micropython","event_name":"sensor_reading","event_format":"jsonschema","eve
nt_version":"1-0-0","unstruct_event":{"schema":"iglu:com.snowplowanalytics.snowplow/unstruct_event/
jsonschema/1-0-0","data":{"schema":"iglu:io.github.snowplow_micropython/sensor_reading/jsonschema/1
-0-0","data":{"sensor":"air","readings":[{"quantity":"temperature","value":20.5,"unit":"Cel"},{"qua
ntity":"humidity","value":40.5,"unit":"%"}]}}},"contexts":{"schema":"iglu:com.snowplowanalytics.sno
wplow/contexts/jsonschema/1-0-1","data":[{"schema":"iglu:io.github.snowplow_micropython/board/jsons
chema/1-0-0","data":{"port":"esp32","model":"ESP32","id":"","firmware":"0.1.0"}}]}},"incomplete":fa
lse}
""".replace("\n", "").encode()


class Compression:
    """Packs and unpacks the records of one database, which has the ``dictionary`` (bytes)."""

    def __init__(self, dictionary):
        self.dictionary = dictionary
        # To copy it is quicker than to read the dictionary for each record.
        self._packer = zlib.compressobj(
            _LEVEL, zlib.DEFLATED, _WINDOW, _MEMORY, zlib.Z_DEFAULT_STRATEGY, dictionary
        )

    def pack(self, text):
        """Return the bytes that are stored for a record, which is JSON in ASCII."""
        packer = self._packer.copy()
        return packer.compress(text.encode()) + packer.flush()

    def pack_rows(self, rows):
        """Return :class:`judge.Row` s with packed records."""
        return [row._replace(record=self.pack(row.record)) for row in rows]

    def unpack(self, stored):
        """Return the record's JSON text. A database of an earlier version has it as it is."""
        if isinstance(stored, str):
            return stored
        return zlib.decompressobj(_WINDOW, self.dictionary).decompress(stored).decode()
