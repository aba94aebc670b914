"""The SPARQL endpoint and the pages for people, over HTTP."""
