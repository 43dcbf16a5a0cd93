"""Every word people read: gettext catalogs, one folder per language, and the translator."""
