"""What nobody of good will sends: in a field, in JSON, in a header, in a cookie, as a body, as a file."""

import random
from urllib.parse import quote_from_bytes

NUL, HALF_PAIR, OVERLONG = b"%00", b"%ed%a0%80", b"%c0%ae%f0%82%82%ac%ff%fe"
BEYOND_BIGINT, BEYOND_FLOAT = str(2**63), "1e999"
WORDS = ("zz", "None", "undefined", "../../etc/passwd", "'; --", "<script>", "{{7*7}}", "%s", "\\", "(", "[", "*" * 40)
NUMBERS = (
    BEYOND_BIGINT, str(-(2**63) - 1), str(2**31), "9" * 400, "9" * 5000, BEYOND_FLOAT, "-1e999", "NaN", "-Infinity",
    "1e-999", "0x10", "1_000", "٣", "²", "-0", "0", "-1", "1,5", "1.5", "", " ",
)  # fmt: skip
DAYS = (
    "99999-01-01", "10000-01-01", "9999-12-31", "0000-00-00", "0001-01-01", "-0001-01-01", "2026-02-30", "2026-13-01",
    "9999-12-31T23:59:59", "0001-01-01T00:00:00+14:00", "9999-12-31 23:59:59-14:00", "31/12/9999", "24:61", "99999",
)  # fmt: skip
IDS = ("zz", "0", "-1", "00000000-0000-0000-0000-000000000000", "00000000", "{1}", "_21", "%", "a/b", "9" * 30)
MARKS = ("\x01\x02\x1b[31m", "\r\nX-Injected: 1", "\u202eevil\u202c", "\ufeff", "\U0010ffff", "\ufffe", "é" * 300)
LONG = "x" * 100_000
# Already quoted, as they stand in an address or in a form.
RAW = (NUL, b"a%00b", HALF_PAIR, OVERLONG, b"%", b"%zz", b"%u0000", b"%5c", b"%1b%5b2J", b"%e2%80%ae")

JSON_VALUES = (
    '"\\ud800"', '"a\\u0000b"', '"\\udfff\\ud800"', "null", "true", "[]", "{}", "[[[]]]", '{"a": {"b": []}}', '""',
    "1e999", "-1e999", "NaN", "Infinity", "9" * 400, "9" * 4400, str(2**63), str(-(2**63) - 1), "1.5", "-0", "0",
    '"zz"', '"99999-01-01"', '"0000-00-00"', '"0001-01-01"', '"9999-12-31"', '"\\u202e\\u001b[31m"', '"' + LONG + '"',
    "[" * 500 + "]" * 500, "[" * 20_000 + "]" * 20_000, '{"a":' * 3000 + "1" + "}" * 3000, '["a", 1, null]',
)  # fmt: skip
JSON_BODIES = (
    "", "null", "[]", '""', "1", "NaN", "{", '{"a"', '{"\\ud800": 1}', '{"a\\u0000": 1}', "[" * 100_000, "\x00", "{}" * 2,
    '{"method": 1, "method": 2}', "\ufeff{}", "'a'", '{"x": ' + "9" * 5000 + "}",
)  # fmt: skip

HEADERS = (
    ("X-Site-ID", "\x00"), ("X-Site-ID", "zz"), ("X-Site-ID", "GN_CONAKRY,GN_KINDIA"), ("X-Site-ID", "é\x1b[31m"),
    ("X-Site-ID", "ALL"), ("X-Site-ID", ""), ("X-Site-ID", LONG[:8000]), ("X-Site-ID", "GN_ÿ"),
    ("Accept", "*"), ("Accept", "application/json"), ("Accept", ";;q=,,"), ("Accept", "text/html;q=zz"),
    ("Accept", "application/problem+json"), ("Accept", "a/" * 3000), ("Accept", "text/html;q=1e999"),
    ("Accept", 'text/html; a="\x00'), ("Accept", "application/json;version=\x00"),
    ("Accept-Language", "zz-\x00"), ("Accept-Language", "fr;q=1e999"), ("Accept-Language", "-" * 600),
    ("Accept-Language", "x" * 8000), ("Accept-Language", "fr;q=0,*;q=0"), ("Accept-Language", "é,\x1b"),
    ("Range", "bytes=0-0"), ("Range", "bytes=-1,9999999999999999999999-"), ("Range", "zz=\x00"),
    ("If-None-Match", '"\x00"'), ("If-None-Match", "*"), ("If-None-Match", "W/" * 2000), ("If-Match", '"zz"'),
    ("If-Modified-Since", "Mon, 99 Foo 99999 99:99:99 GMT"), ("If-Modified-Since", "Sun, 06 Nov 10000 08:49:37 GMT"),
    ("If-Unmodified-Since", "9" * 400), ("Referer", "http://[zz"), ("Referer", "zz"), ("Referer", "\x00"),
    ("Referer", "http://testserver/\x00"), ("Referer", "//evil.example/"), ("Origin", "http://[zz"), ("Origin", "null"),
    ("Origin", "\x00"), ("Host", "[zz"), ("Host", "evil.example"), ("Host", "testserver:99999999"), ("Host", "a\x00b"),
    ("Host", "\x1b[31m\n"), ("Authorization", "Bearer \x00"), ("Authorization", "Bearer"), ("Authorization", "Bearer é"),
    ("Authorization", "Bearer " + LONG[:8000]), ("Authorization", "Basic \x00"), ("Authorization", "Token zz"),
    ("Content-Length", "zz"), ("Content-Length", "-1"), ("Content-Length", "9" * 400), ("Content-Length", "99999999"),
    ("Content-Length", "1e9"), ("Content-Length", ""), ("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip"),
    ("HX-Request", "true"), ("HX-Current-URL", "http://[zz"), ("HX-Current-URL", "\x00"), ("HX-Target", "\x00"),
    ("HX-Current-URL-URI-AutoEncoded", "zz"), ("HX-Prompt-URI-AutoEncoded", "true"), ("HX-Triggering-Event", "{"),
    ("Idempotency-Key", "\x00"), ("Idempotency-Key", "k" * 8000), ("Idempotency-Key", "é"), ("Cookie", "\x00"),
    ("X-HTTP-Method-Override", "DELETE"), ("X-Forwarded-For", "\x00,zz"), ("X-Forwarded-Host", "evil.example"),
    ("X-Forwarded-Proto", "zz"), ("X-Requested-With", "XMLHttpRequest"), ("X-CSRFToken", "\x00"), ("User-Agent", "\x00"),
    ("User-Agent", "u" * 8000), ("Accept-Encoding", "gzip;q=zz"), ("Accept-Encoding", "\x00"), ("Expect", "zz"),
)  # fmt: skip
COOKIES = (
    ("sessionid", '"aaaaaaaaaaaa\\000"'), ("sessionid", "é"), ("sessionid", "x" * 4000), ("sessionid", ""),
    ("sessionid", "z" * 32), ("django_language", '"\\000"'), ("django_language", "zz"), ("django_language", "../fr"),
    ("csrftoken", '"\\000"'), ("csrftoken", "x"), ("csrftoken", "é" * 32), ("messages", '"\\000"'), ("messages", "zz:zz:zz"),
    ("messages", "W1siX19qc29uX21lc3NhZ2UiXV0:1:zz"), ("messages", "x" * 4000), ("toggleSidebar", "zz"), ("=", "="),
    ("a b", ";;"), ("dwf_kpi", '"\\000"'),
)  # fmt: skip
KINDS = (
    "text/plain", "application/json", "application/xml", "multipart/form-data", "multipart/form-data; boundary=",
    "multipart/form-data; boundary=é", "multipart/form-data; boundary=" + "x" * 300, "application/json; charset=utf-16",
    "application/x-www-form-urlencoded; charset=utf-16", "application/x-www-form-urlencoded; charset=nonsense",
    "application/x-www-form-urlencoded; charset=unicode_escape", "multipart/form-data; boundary=b; charset=utf-7",
    "multipart/form-data; boundary=b; charset=base64", "text/plain; charset=base64", "text/html; charset=\x00",
    "text/plain; charset=unicode_escape", "", ";", "\x00", "application/x-www-form-urlencoded; charset=rot13",
    "application/problem+json", "application/json; charset=nonsense", "text/plain; charset=idna", "a/b; charset",
)  # fmt: skip
BODIES = (
    b"", b"\x00", b"a=%00", b"=&=&", b"&" * 5000, b"a=1&" * 2000, b"\xff\xfe", b"%", b"--b", b"--b\r\n", b"--b--\r\n",
    b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n+2AA-\r\n--b--\r\n', b"{" * 5000, b"[]", b"null",
    b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\n\r\n', b"--b\r\n\r\n" * 300,
    b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.csv"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    b"zz=z\r\n--b--\r\n", b"a" * 100_000, b"--" + b"b" * 5000, b'--b\r\nContent-Disposition: form-data; name="\x00"\r\n\r\n1',
)  # fmt: skip
FILE_NAMES = (
    "tenants.csv", "biens.csv", "contracts.xlsx", "paiements.zip", "a\x00.csv", "../../etc/passwd.csv", "\x1b[31m.csv",
    "\u202evsc.exe", "x" * 4000 + ".csv", ".csv", "", "\r\nX: 1.csv", "tenants.CSV", "é.xlsx", '"; a="b.csv', "locataires.tsv",
    "C:\\tenants.csv", "&#0;.csv", "%00.csv", "agence.zip", "\\ud800.csv", "payments.txt",
)  # fmt: skip
FILE_CONTENTS = (
    b"", b"\x00", b"\xff\xfe\x00\x00", b"PK\x03\x04", b"PK\x05\x06" + b"\x00" * 18, b"code;nom\nT-1;\x00\n", b"\xef\xbb\xbf",
    b"code;name\n", b"code;name\nT-1;\xed\xa0\x80\n", b"code,name\n" + b'"' * 999, b"code;name;phone\nT-1;x;" + b"9" * 400,
    b";" * 20_000, b"\n" * 20_000, b'"' * 20_000, b"code;name\nT-1;" + b"x" * 100_000, b"a;a;a\n1;2;3\n", b"\r\r\r",
    "code;nom\nT-\u202e;\x1b[31m\n".encode(), b"reference;tenant;property;start_date;monthly_rent\nC;T;P;99999-01-01;1e999",
    b"contract;received_on;amount;method\nC-1;0000-00-00;9223372036854775808;zz\nC-1;9999-12-31;NaN;cash\n",
    b"code;kind\nP-1;zz\n", b"PK\x03\x04" + b"\x00" * 4000, b"code;name\n" + b"T-1;x\n" * 300, b"code\tname\nT\tx\x0b\x0c\x85",
)  # fmt: skip


def in_a_form(dice: random.Random, typical: str) -> bytes:
    """One hostile value, quoted as a form or an address has it."""
    kind = dice.randrange(12)
    if kind < 3:
        return dice.choice(RAW)
    if kind == 3 and dice.random() < 0.3:
        return LONG.encode()
    if kind == 4:
        return quote_from_bytes((typical + dice.choice(MARKS)).encode(errors="surrogatepass")).encode()
    if kind == 5:
        return quote_from_bytes(typical.encode()).encode() + dice.choice(RAW)
    return quote_from_bytes(dice.choice(dice.choice((WORDS, NUMBERS, DAYS, IDS, MARKS))).encode()).encode()
