"""The form that takes one file."""

from typing import BinaryIO, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from allocations.rules.file_kinds import SUFFIXES, FileKind, UnfitFileError, kind_of

MEBIBYTE = 2**20


class AttachmentForm(forms.Form):
    """One file, whose content was read to its end."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ",".join(SUFFIXES)}),
        error_messages={
            "required": _("Choose a file first."),
            "empty": _("This file is empty. Choose another one."),
        },
    )
    kind: FileKind

    def clean_file(self) -> "UploadedFile[bytes]":
        """The file, if it is small enough and what its name says."""
        upload: UploadedFile[bytes] = self.cleaned_data["file"]
        most = settings.ATTACHMENT_MAX_MB
        if (upload.size or 0) > most * MEBIBYTE:
            raise forms.ValidationError(
                _("This file is larger than %(most)d MB. Make it smaller, or split it."),
                params={"most": most},
            )
        try:
            self.kind = kind_of(cast(BinaryIO, upload.file), upload.name or "")
        except UnfitFileError as error:
            raise forms.ValidationError(str(error)) from None
        return upload
