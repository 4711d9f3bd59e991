# The address of a frame as Sigma's hosts sign it, with a JWT that opens one session.

import hmac
import json
from base64 import urlsafe_b64encode
from os import environ as env
from time import time
from uuid import uuid4


def encoded(data):
    return urlsafe_b64encode(data).decode().rstrip("=")


now = int(time())  # whole seconds
# Without `kid`, the client id, no key is meant.
header = {"alg": "HS256", "typ": "JWT", "kid": env["CLIENT_ID"]}
claims = {
    "sub": env["SUBJECT"],  # an e-mail address
    "jti": str(uuid4()),
    "iat": now,
    "exp": now + 600,
    "tenant": env["TENANT"],
    "teams": json.loads(env["TEAMS"]),
    "account_type": env["ACCOUNT_TYPE"],
    "user_attributes": json.loads(env["ATTRIBUTES"]),  # values are texts
}

signed = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
# The key is the text of the secret, also if it looks like hexadecimal.
signature = hmac.digest(env["SECRET"].encode(), signed.encode(), "sha256")
print(f"{env['VITRINE_URL']}{env['CONTENT']}?:jwt={signed}.{encoded(signature)}&:embed=true")
