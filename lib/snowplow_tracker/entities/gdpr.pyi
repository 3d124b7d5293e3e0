# Types and documentation of gdpr.py. No board gets this file.
from typing import Any

SCHEMA: str

def gdpr(
    basis_for_processing: str,
    document_id: str | None = None,
    document_version: str | None = None,
    document_description: str | None = None,
) -> tuple[str, dict[str, Any]]:
    """On which basis the data is collected, and the document that says so.

    Args:
        basis_for_processing: consent, contract, legal_obligation, vital_interests, public_task
            or legitimate_interests.
        document_id: 255 characters at most.
        document_version: 16 characters at most.
        document_description: 4,096 characters at most.

    Raises:
        ValueError: The schema would refuse an argument; the text names it.
    """
