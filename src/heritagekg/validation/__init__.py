"""SHACL: shapes compiled to SPARQL, pySHACL as reference, and the verdict on a workspace."""
