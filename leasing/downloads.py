"""A file that the browser saves instead of showing it."""

from django.http import HttpResponse

from leasing.exports import KINDS


def download(content: bytes, name: str) -> HttpResponse:
    """`name` ends in the kind of file that it is, one of KINDS."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=KINDS[name.rpartition(".")[2]], headers=headers)
