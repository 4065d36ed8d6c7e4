"""Requests: one file each. See `workspace.request` for what one is."""
