"""The demo shop: a customer of Tidings that lives in the same process and knows nothing of it but the REST API."""
