"""The codes in `error.details.error_code`, by which official clients choose their exceptions.

Clients since 2.5 look at the status and the code together: a 429 whose code is
`ramp_limit_exceeded` becomes a `RampLimitExceededError`. The table has every code that their
newest version (2.14) knows. Codes and statuses are facts; the words are ours, because the API's
own were not seen, and they are what an ordered error says unless it is told otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class ErrorCode(NamedTuple):
    """An error code: the HTTP status it comes with, and words that say what it means."""

    status: int
    message: str


ERROR_CODES: Final[Mapping[str, ErrorCode]] = {
    # What the Messages API and what it needs can answer
    "available_tools_limit_exceeded": ErrorCode(
        400, "More tools are available than the limit on their number or size allows."
    ),
    "claude_code_key_creator_not_member": ErrorCode(
        400, "The member who made this Claude Code key has left the organization."
    ),
    "claude_code_version_too_old": ErrorCode(
        400, "This version of Claude Code is older than the oldest that is served."
    ),
    "compaction_block_ambiguous": ErrorCode(
        400, "The messages hold several compaction blocks with content; one at most is allowed."
    ),
    "compaction_block_misplaced": ErrorCode(
        400, "A compaction block has to be the first block of the conversation."
    ),
    "compaction_content_mismatch": ErrorCode(
        400, "The content of the compaction block differs from what its signature covers."
    ),
    "compaction_incomplete_turn": ErrorCode(
        400, "A compaction request must not end on an unfinished assistant turn."
    ),
    "compaction_nothing_to_summarize": ErrorCode(400, "The messages hold nothing that could be summarized."),
    "compaction_signature_invalid": ErrorCode(400, "The signature of the compaction block is invalid."),
    "compaction_too_many_tool_references": ErrorCode(
        400, "The conversation refers to more tools than a compaction block can hold."
    ),
    "compaction_tool_changes_mismatch": ErrorCode(
        400, "The tool changes of the compaction block differ from those that came with it."
    ),
    "compaction_unavailable": ErrorCode(
        529, "The compaction could not be completed at the moment. Please try again."
    ),
    "contract_spend_limit_reached": ErrorCode(
        429, "The spend limit of the organization's contract is reached."
    ),
    "enforced_spend_limit_reached": ErrorCode(
        429, "The monthly usage threshold of the organization's tier is passed."
    ),
    "file_expired": ErrorCode(404, "The file has expired."),
    "file_not_downloadable": ErrorCode(400, "The file cannot be downloaded."),
    "image_dimensions_too_large": ErrorCode(400, "An image has a side that is longer than the limit."),
    "linked_organization_billing_unavailable": ErrorCode(
        402, "The linked organization cannot be billed at the moment."
    ),
    "linked_organization_spend_limit_reached": ErrorCode(
        402, "The linked organization has reached its spend limit."
    ),
    "organization_on_hold": ErrorCode(400, "The organization is disabled."),
    "ramp_limit_exceeded": ErrorCode(
        429, "Usage grows faster than its ramp limit allows. Please try again later."
    ),
    "request_body_encoding_invalid": ErrorCode(400, "The request body does not fit its Content-Encoding."),
    "request_body_encoding_unsupported": ErrorCode(
        400, "The Content-Encoding of the request is not supported."
    ),
    "request_body_timeout": ErrorCode(400, "The request body did not arrive in time."),
    "request_body_too_large_after_decoding": ErrorCode(
        413, "The request body is too large once it is decoded."
    ),
    "sandbox_egress_restricted": ErrorCode(
        403, "A sandbox with restricted network access must not make this request."
    ),
    "skill_read_blocked_undecryptable": ErrorCode(
        409, "A skill of the request cannot be decrypted at the moment."
    ),
    "storage_quota_exceeded": ErrorCode(400, "The organization's storage for files is full."),
    "thread_already_continued": ErrorCode(
        400, "The response that `previous_message_id` names has been continued already."
    ),
    "thread_continue_in_flight": ErrorCode(
        400, "Another request continues from the same `previous_message_id` at the moment."
    ),
    "thread_fingerprint_mismatch": ErrorCode(
        400, "A field that must stay the same within a thread has changed."
    ),
    "thread_not_found": ErrorCode(404, "No thread state was found for `previous_message_id`."),
    "thread_unsupported_request": ErrorCode(
        400, "The request combines `thread` with something that threads do not support."
    ),
    "tool_name_conflict": ErrorCode(400, "A tool takes the name of another tool that is available."),
    "tool_reference_unresolved": ErrorCode(400, "A tool reference names a tool that is not defined there."),
    "unsupported_charset": ErrorCode(400, "The charset of the request's content type is not supported."),
    "user_profile_billing_not_authorized": ErrorCode(
        403, "The customer of the user profile has not authorized this billing."
    ),
    "user_profile_not_billable": ErrorCode(403, "The user profile cannot be billed."),
    "user_profile_not_found": ErrorCode(400, "The user profile does not exist or is inactive."),
    "user_profile_required": ErrorCode(400, "The request bills a user profile and has to name one."),
    # Keys and encryption
    "cmek_context_unavailable": ErrorCode(
        503, "The encryption settings of the workspace could not be read. Please try again."
    ),
    "cmek_feature_unsupported": ErrorCode(
        400, "The stored document cannot be read or replaced under this encryption."
    ),
    "cmek_key_disabled": ErrorCode(400, "The workspace's encryption key is disabled."),
    "cmek_key_network_blocked": ErrorCode(
        400, "Network rules of the key management service block the workspace's key."
    ),
    "cmek_key_unreachable": ErrorCode(
        503, "The workspace's encryption key could not be reached. Please try again."
    ),
    "cmek_not_approved": ErrorCode(400, "Encryption with keys of one's own is not approved here."),
    "external_key_changed": ErrorCode(409, "The external key changed during its validation."),
    "external_key_in_workspace_policy": ErrorCode(
        400, "The workspace policy lists the external key, so it has to stay."
    ),
    "external_key_not_found": ErrorCode(400, "There is no active external key with this id."),
    "external_key_provider_mismatch": ErrorCode(
        400, "The external key belongs to a provider that is not taken here."
    ),
    "external_key_validation_failed": ErrorCode(400, "The external key failed its validation."),
    "external_key_validation_timed_out": ErrorCode(400, "The validation of the external key took too long."),
    "key_profile_mismatch": ErrorCode(
        400, "The external key and the workspace have different user profiles."
    ),
    # Organizations, workspaces and members
    "already_member": ErrorCode(400, "The address belongs to a member already."),
    "api_key_scope_missing": ErrorCode(403, "The API key lacks the scope that the request needs."),
    "approval_required": ErrorCode(400, "This change needs an approval that the organization lacks."),
    "authorization_check_unavailable": ErrorCode(
        503, "An approval could not be read at the moment. Please try again."
    ),
    "cannot_invite_emails_with_unverified_domains": ErrorCode(
        400, "The domain of the address is not verified."
    ),
    "cannot_remove_last_member": ErrorCode(400, "The last member of an organization cannot be removed."),
    "cannot_sign_out_managed_member": ErrorCode(403, "This credential cannot sign out a managed member."),
    "cannot_sign_out_membership_admin": ErrorCode(403, "This credential cannot sign out a membership admin."),
    "cannot_sign_out_owner": ErrorCode(403, "This credential cannot sign out an owner."),
    "cannot_sign_out_primary_owner": ErrorCode(400, "The primary owner cannot be signed out."),
    "cannot_sign_out_privileged_member": ErrorCode(
        403, "This credential cannot sign out a privileged member."
    ),
    "cannot_sign_out_self": ErrorCode(400, "A credential cannot sign out its own user."),
    "change_outcome_unknown": ErrorCode(503, "Some of the changes may be saved and others not."),
    "compliance_configuration_restricted": ErrorCode(
        403, "The compliance configuration forbids to store anything new."
    ),
    "concurrent_membership_change": ErrorCode(409, "Another change to the members is in progress."),
    "email_domain_not_allowed": ErrorCode(400, "The domain of the address is not allowed."),
    "human_review_not_available": ErrorCode(400, "Human review cannot be set as requested."),
    "human_review_on_with_external_storage": ErrorCode(
        400, "Human review and external storage exclude each other here."
    ),
    "invite_already_exists": ErrorCode(400, "An invitation for this address is pending."),
    "org_api_key_limit_exceeded": ErrorCode(400, "The organization has reached its limit of API keys."),
    "org_member_limit_exceeded": ErrorCode(400, "The organization has reached its limit of members."),
    "organization_level_scoped_api_key_required": ErrorCode(
        403, "An API key of the organization's level is required."
    ),
    "organization_not_eligible": ErrorCode(400, "The feature is not offered to this organization."),
    "organization_not_enrolled_in_beta": ErrorCode(400, "The organization is not enrolled in this beta."),
    "organization_type_not_supported": ErrorCode(
        400, "The endpoint does not support this type of organization."
    ),
    "parent_organization_required": ErrorCode(
        400, "The endpoint needs an organization with a parent organization."
    ),
    "rbac_group_grants_owner_access": ErrorCode(400, "A role of the group grants owner access."),
    "rbac_group_managed_settings_not_found": ErrorCode(404, "The group has no managed settings."),
    "rbac_group_not_found": ErrorCode(404, "The group was not found."),
    "rbac_group_order_limit_exceeded": ErrorCode(400, "The order of groups is as long as it may be."),
    "rbac_group_owner_access_unconfirmed": ErrorCode(
        400, "It could not be confirmed whether the group grants owner access."
    ),
    "rbac_role_not_found": ErrorCode(404, "The role was not found."),
    "region_not_supported": ErrorCode(400, "The region is not supported."),
    "settings_document_limit_exceeded": ErrorCode(
        400, "The organization has reached its limit of settings documents."
    ),
    "settings_history_limit_exceeded": ErrorCode(
        400, "The organization has reached its limit of stored versions."
    ),
    "spend_limits_admin_api_writes_not_enabled": ErrorCode(
        403, "Spend limits cannot be managed with this credential."
    ),
    "workspace_api_key_limit_exceeded": ErrorCode(400, "The workspace has reached its limit of API keys."),
    "workspace_changed_concurrently": ErrorCode(
        409, "Another request changed the workspace at the same time."
    ),
    "workspace_created_incomplete": ErrorCode(503, "The workspace was made, though not all of its settings."),
    "workspace_human_review_disabled": ErrorCode(400, "Human review is off in this workspace."),
    "workspace_member_limit_exceeded": ErrorCode(400, "The workspace has reached its limit of members."),
    "workspace_policy_violation": ErrorCode(400, "The request breaks the workspace policy."),
    # Storage
    "external_storage_in_use": ErrorCode(400, "The external storage is in use."),
    "external_storage_in_workspace_policy": ErrorCode(
        400, "The workspace policy lists the external storage, so it has to stay."
    ),
    "external_storage_not_available": ErrorCode(400, "External storage is not available for this workspace."),
    "gcp_project_controlled_by_another_organization": ErrorCode(
        409, "Another organization controls this cloud project."
    ),
    "gcp_project_not_verified": ErrorCode(400, "The ownership of the cloud project is not verified."),
    "grant_required": ErrorCode(400, "External storage is not approved here."),
    "invalid_storage_arn": ErrorCode(400, "The id of the external storage is malformed."),
    "provider_not_allowed": ErrorCode(400, "External storage is not allowed on this provider."),
    "storage_already_registered": ErrorCode(409, "This bucket is registered already."),
    "storage_attach_limit_reached": ErrorCode(
        400, "The workspace has reached its limit of attached storage."
    ),
    "storage_attached_during_archive": ErrorCode(
        409, "Storage was attached while the workspace was archived."
    ),
    "storage_changed_concurrently": ErrorCode(409, "Another request changed this setting at the same time."),
    "storage_in_use": ErrorCode(409, "The bucket is in use."),
    "storage_not_approved": ErrorCode(400, "Storage of one's own is not approved here."),
    "storage_not_attachable": ErrorCode(400, "This storage cannot be attached to the setting."),
    "storage_profile_mismatch": ErrorCode(400, "The storage and the workspace have different user profiles."),
    "storage_profile_still_required": ErrorCode(
        400, "The storage is bound to a user profile that is still needed."
    ),
    "storage_verification_failed": ErrorCode(400, "The external storage failed its verification."),
    "transcripts_storage_required": ErrorCode(400, "Transcripts need a storage of their own here."),
    "unsupported_region": ErrorCode(400, "External storage is not available in this region."),
    # Environments, plugins and channels
    "bundle_attachment_not_supported": ErrorCode(
        400, "The bundle has an attachment that cannot be edited here."
    ),
    "bundle_on_call": ErrorCode(400, "The instructions of this bundle cannot be changed here."),
    "claude_tag_writes_not_enabled": ErrorCode(
        403, "Changes of this kind are not enabled for the organization."
    ),
    "environment_archived": ErrorCode(400, "The environment is archived."),
    "environment_create_disabled": ErrorCode(403, "Environments cannot be made in this organization."),
    "environment_not_found": ErrorCode(404, "The environment was not found."),
    "environment_update_disabled": ErrorCode(403, "Environments cannot be changed in this organization."),
    "heartbeat_precondition_failed": ErrorCode(412, "The heartbeat differs from the expected one."),
    "invalid_config_type_change": ErrorCode(400, "The type of an environment cannot change."),
    "invalid_metadata": ErrorCode(400, "The metadata have too many, too long or reserved keys."),
    "plugin_name_taken": ErrorCode(409, "The name of the plugin is taken."),
    "registration_pending": ErrorCode(503, "The version is stored and cannot be used yet."),
    "scan_failed": ErrorCode(400, "The version did not pass its scan."),
    "scan_pending": ErrorCode(409, "The scan of the version is still running."),
    "skill_name_taken": ErrorCode(409, "The name of a skill is taken."),
    "slack_channel_set_up_environment_not_found": ErrorCode(
        404, "The channel was set up; its environment was not found."
    ),
    "slack_channel_set_up_settings_conflict": ErrorCode(
        409, "The channel was set up; its settings changed meanwhile."
    ),
    "slack_channel_set_up_settings_refused": ErrorCode(
        400, "The channel was set up; its settings were refused."
    ),
}
"""Every known code."""
