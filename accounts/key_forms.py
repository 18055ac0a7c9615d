"""The form for a new SSH key: pasted, or taken from a file."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from accounts.ssh_keys import LONGEST_KEY, PublicKey, parse_public_key

LONGEST_LABEL = 80


class SshKeyForm(forms.Form):
    """A public key, what to call it, and until when it holds."""

    key = forms.CharField(
        label=_("Public key"),
        required=False,
        max_length=LONGEST_KEY * 2,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_("One line that starts like ssh-ed25519, from the file that ends in .pub."),
    )
    file = forms.FileField(
        label=_("Or choose that file"), required=False, widget=forms.FileInput, max_length=255
    )
    label = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=LONGEST_LABEL,
        help_text=_("To know it again, such as “laptop”. Left empty, the key's own comment."),
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("After this day the key opens nothing any more."),
    )

    def clean_file(self) -> str:
        """What the file holds."""
        file: UploadedFile[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return ""
        if file.size is not None and file.size > LONGEST_KEY:
            raise ValidationError(_("This file is too large for a public key."), code="too_long")
        try:
            return str(file.read().decode("utf-8"))
        except UnicodeDecodeError:
            raise ValidationError(_("This file is no public key."), code="unreadable") from None

    def clean(self) -> None:
        """Read the key from where it was given, once."""
        pasted, uploaded = self.cleaned_data.get("key"), self.cleaned_data.get("file")
        if self.errors:
            return
        if pasted and uploaded:
            self.add_error("key", _("Paste the key or choose a file, not both."))
        elif not pasted and not uploaded:
            self.add_error("key", _("Paste your public key, or choose its file."))
        else:
            self._parse(pasted or uploaded or "", "key" if pasted else "file")

    def _parse(self, text: str, field: str) -> None:
        try:
            key = parse_public_key(text)
        except ValidationError as error:
            self.add_error(field, error)
            if error.code == "private_key":
                self.data = {**self.data, "key": ""}  # It must not come back in the page.
            return
        self.cleaned_data["public_key"] = key
        self.cleaned_data["label"] = self.cleaned_data["label"] or _label_of(key)


def _label_of(key: PublicKey) -> str:
    printable = "".join(letter for letter in key.comment if letter.isprintable())
    return printable[:LONGEST_LABEL].strip() or key.kind
