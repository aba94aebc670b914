"""Turtle text with positions."""
