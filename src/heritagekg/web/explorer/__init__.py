"""The pages for people: made on the server; scripts only for editor, network, map and search."""
