"""Too large an upload is not written to the disk: the view says so, instead of a connection that breaks."""

from typing import IO, Any

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest

from imports.sources import MAX_BYTES

_FORM_BYTES = 100_000
LARGEST_BODY = MAX_BYTES + _FORM_BYTES


def is_too_large(request: HttpRequest) -> bool:
    """Whether more was sent than an import may have. A length that is no number is none, as to Django."""
    said = request.META.get("CONTENT_LENGTH") or "0"
    return said.isdecimal() and int(said) > LARGEST_BODY


class UploadLimit(FileUploadHandler):
    """First of settings.FILE_UPLOAD_HANDLERS: of a body over LARGEST_BODY, fields are read and files thrown away."""

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],  # noqa: N803 -- Django's name
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        self.too_large = content_length > LARGEST_BODY

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self.too_large:
            raise StopUpload(connection_reset=False)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
