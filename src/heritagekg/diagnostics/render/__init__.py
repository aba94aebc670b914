"""Diagnostics as text, one module a form."""
