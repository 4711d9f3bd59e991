# A bearer token of Vitrine's own dialect: POST /api/v1/embed/sessions answers it with a code.

import hmac
import json
from base64 import urlsafe_b64encode
from os import environ as env
from time import time
from uuid import uuid4


def encoded(data):
    return urlsafe_b64encode(data).decode().rstrip("=")


now = int(time())  # whole seconds
header = {"alg": "HS256", "typ": "JWT"}
claims = {
    "iss": env["CLIENT_ID"],
    "aud": "vitrine",
    "iat": now,
    "exp": now + 300,  # at most that
    "jti": str(uuid4()),
    "session": {
        "subject": env["SUBJECT"],
        "tenant": env["TENANT"],
        "teams": json.loads(env["TEAMS"]),
        "account_type": env["ACCOUNT_TYPE"],
        "attributes": json.loads(env["ATTRIBUTES"]),
        "content": {"workbook": env["CONTENT"]},
    },
}

signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
# The key is the text of the secret, also if it looks like hexadecimal.
signature = hmac.digest(env["SECRET"].encode(), signed.encode(), "sha256")
print(f"{signed}.{encoded(signature)}")
