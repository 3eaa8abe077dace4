"""The program's releases and their TUF metadata, for whoever asks."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_GET

from anahtar_server.portal.downloads import file_at
from anahtar_wire.problems import Problem, Refusal

_KEPT_FOR = 300
"""Seconds that a proxy may keep a release's file; its name holds its digest, so it never changes."""


@require_GET
def download(request: HttpRequest, place: str) -> FileResponse:
    """Send a published file as it is; raises Refusal PAGE_NOT_FOUND."""
    path = file_at(place)
    if path is None:
        raise Refusal(Problem.PAGE_NOT_FOUND)
    is_list = place.startswith("metadata/")
    kind = "application/json" if path.suffix == ".json" else "application/octet-stream"
    response = FileResponse(path.open("rb"), as_attachment=not is_list, filename=path.name, content_type=kind)
    response["Cache-Control"] = "no-cache" if is_list else f"public, max-age={_KEPT_FOR}"
    return response
