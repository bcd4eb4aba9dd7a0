"""The accuracy page: documents in, HTML and JSON out."""
