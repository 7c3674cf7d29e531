"""What can happen."""

from enum import Enum


class EventCode(Enum):
    """One code for each thing that can happen; never renamed, never used again."""

    MESSAGE_RECEIVED = "message.received"
    MESSAGE_REFUSED = "message.refused"
    PART_RECEIVED = "manifest.part-received"
    PARTS_OVERDUE = "manifest.parts-overdue"
    MANIFEST_DECLARED = "manifest.declared"
    MANIFEST_REFUSED = "manifest.refused"
    MANIFEST_CANCELLED = "manifest.cancelled"
    BILL_DECLARED = "bill.declared"
    CUSTOMS_STATUS = "customs.status"
    NOTICE_SERVED = "customs.notice-served"
    MANIFEST_ANSWERED = "customs.manifest-answered"
    STANDING_ORDER_SIGNED = "customs.standing-order-signed"
    STANDING_ORDER_REVOKED = "customs.standing-order-revoked"
    TABLE_PUBLISHED = "customs.table-published"
    ORGANISATION_REGISTERED = "party.organisation-registered"
    CREDENTIAL_REGISTERED = "party.credential-registered"
    TOKEN_ISSUED = "party.token-issued"
    TOKEN_REVOKED = "party.token-revoked"
    GRANT_GIVEN = "party.grant-given"
    GRANT_REVOKED = "party.grant-revoked"
    LINK_DISPUTED = "party.link-disputed"
    SUBJECT_ERASED = "privacy.subject-erased"
    KEY_PUBLISHED = "log.key-published"
    ORIGIN_OPENED = "log.origin-opened"
