"""Pages are sent compressed. Static files were compressed when they were built; streams and downloads go as they are.

Compression beside a secret can leak it to somebody who makes a person's browser ask for pages with guesses in them. That
needs the sign-in cookie on requests from another site, which SameSite=Lax keeps back.
"""

import gzip

from flask import Flask, Response, request

SMALLEST = 1024  # Bytes; below this nothing is gained.
LEVEL = 5
KINDS = frozenset({"text/html", "text/plain", "text/csv", "application/json"})


def register(app: Flask) -> None:
    """Compress what is worth it for browsers that ask. Registered first, so that it sees the finished answer."""

    @app.after_request
    def compress(response: Response) -> Response:
        if response.mimetype not in KINDS or response.is_streamed or response.direct_passthrough:
            return response
        response.vary.add("Accept-Encoding")
        if "Content-Encoding" in response.headers or not request.accept_encodings["gzip"]:
            return response
        body = response.get_data()
        if len(body) >= SMALLEST:
            response.set_data(gzip.compress(body, LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
        return response
