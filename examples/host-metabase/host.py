"""Contrail as a host that was written for Metabase: it signs guest tokens, and its page has a `<metabase-dashboard>`.

Plain Python, no packages. What it has of Vitrine's is a host name and a secret.
"""

import base64
import hashlib
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

PORT = int(os.environ.get("PORT", "8094"))
METABASE_URL = os.environ.get("METABASE_URL", "http://127.0.0.1:8080")
DASHBOARD = 1

# Whoever is logged in to the product. Here that is a name in the address; a product has a cookie of its own.
PEOPLE = {
    "delta": {"name": "Deniz", "carrier": "DL"},
    "jetblue": {"name": "Jules", "carrier": "B6"},
}


def secret() -> bytes:
    with open(os.environ["METABASE_SECRET_FILE"], encoding="utf-8") as file:
        return file.read().strip().encode()


def guest_token(person: str) -> str:
    """Opens the dashboard for ten minutes. Who is looking it does not say; the carrier is locked."""
    header = {"alg": "HS256", "typ": "JWT"}
    claims = {
        "resource": {"dashboard": DASHBOARD},
        "params": {"carrier": PEOPLE[person]["carrier"]},
        "exp": int(time.time()) + 600,
    }
    text = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    return f"{text}.{encoded(hmac.new(secret(), text.encode(), hashlib.sha256).digest())}"


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Contrail</title>
<link rel="icon" href="data:,">
<style>body {{ font: 1rem/1.5 system-ui; margin: 1rem; }}</style>
<script defer src="{metabase}/app/embed.js"></script>
<script>
  window.metabaseConfig = {{
    isGuest: true,
    instanceUrl: "{metabase}",
    guestEmbedProviderUri: "/guest-token?person={person}",
  }};
</script>
<nav>{people}</nav>
<p>Airports chosen: <output>all</output></p>
<metabase-dashboard token="{token}" with-title="true" with-downloads="true"></metabase-dashboard>
<script>
  document.querySelector("metabase-dashboard").addEventListener("parameters-change", ({{ detail }}) => {{
    document.querySelector("output").textContent = String(detail.parameters.origin) || "all";
  }});
</script>
"""


class Contrail(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        person = self.person("/")
        if person:
            links = " ".join(f'<a href="/?person={one}">{who["name"]}</a>' for one, who in PEOPLE.items())
            page = PAGE.format(people=links, metabase=METABASE_URL, person=person, token=guest_token(person))
            self.answer("text/html", page)

    def do_POST(self) -> None:
        """Another token, which the page asks for before the one that it has runs out."""
        person = self.person("/guest-token")
        if not person:
            return
        wanted = json.loads(self.rfile.read(int(self.headers.get("content-length", "0"))))
        if (wanted["entityType"], wanted["entityId"]) == ("dashboard", DASHBOARD):
            self.answer("application/json", json.dumps({"jwt": guest_token(person)}))
        else:
            self.send_error(403)

    def person(self, path: str) -> str | None:
        address = urlparse(self.path)
        person = parse_qs(address.query).get("person", ["delta"])[0]
        if address.path == path and person in PEOPLE:
            return person
        self.send_error(404)
        return None

    def answer(self, media_type: str, text: str) -> None:
        body = text.encode()
        self.send_response(200)
        self.send_header("content-type", f"{media_type}; charset=utf-8")
        self.send_header("cache-control", "no-store")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Contrail)
    print(f"Contrail for Metabase is listening on http://localhost:{server.server_port}", flush=True)
    server.serve_forever()
