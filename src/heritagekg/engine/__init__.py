"""SPARQL engines: queries in, tables and triples out."""
