"""Where files lie that were asked for."""

from accounts.private_files import PrivateFolder

EXPORTS = PrivateFolder("EXPORT_FOLDER")
