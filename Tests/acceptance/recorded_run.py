"""Reads a recorded run into processes, connections and flows, as its FORMAT.md says."""
