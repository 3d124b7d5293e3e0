from ..arguments import fields
from ..validators import one_of

SCHEMA = "iglu:com.snowplowanalytics.snowplow/gdpr/jsonschema/1-0-0"
_BASES = "consent contract legal_obligation vital_interests public_task legitimate_interests"


def gdpr(*args, **options) -> "tuple[str, dict]":
    """On which basis the data is collected, and the document that says so."""
    return SCHEMA, fields(
        (
            ("basis_for_processing", "basisForProcessing", one_of(_BASES), True),
            ("document_id", "documentId", 255, False),
            ("document_version", "documentVersion", 16, False),
            ("document_description", "documentDescription", 4096, False),
        ),
        args,
        options,
    )
