package chatwoot

import "slices"

// Prefixes of the table below.
const (
	acct    = "/api/v1/accounts/{account_id}"
	acct2   = "/api/v2/accounts/{account_id}"
	conv    = acct + "/conversations/{display_id}"
	public  = "/public/api/v1/inboxes/{inbox_identifier}"
	contact = public + "/contacts/{source_id}"
	thread  = contact + "/conversations/{display_id}"
	survey  = "/public/api/v1/csat_survey/{conversation_uuid}"
	hook    = acct + "/webhooks/{id}"
	portal  = acct + "/portals/{portal_slug}"
	widget  = "/api/v1/widget"
)

const (
	get    = "GET"
	post   = "POST"
	put    = "PUT"
	patch  = "PATCH"
	remove = "DELETE"

	reads  = false
	writes = true
)

// routes is the whole API: one row an operation. PATCH rows answer PUT too.
// Who may do what is the desk's business; here stands only who is heard at all.
func routes() []route {
	return slices.Concat(
		sessionRoutes(), accountRoutes(), inboxRoutes(), contactRoutes(), conversationRoutes(), messageRoutes(),
		settingRoutes(), botRoutes(), platformRoutes(), integrationRoutes(), realtimeRoutes(), viewRoutes(), searchRoutes(),
		notificationRoutes(), workRoutes(), reportRoutes(), portalRoutes(), fileRoutes(), widgetRoutes(), customerRoutes(),
	)
}

func sessionRoutes() []route {
	return []route{
		{get, "/api", anyone, reads, op(showVersion)},
		{post, "/auth/sign_in", anyone, reads, op(signIn)},
		{get, "/auth/sign_in", anyone, reads, op(denyAccess)},
		{post, "/auth/password", anyone, reads, op(askPasswordReset)},
		{patch, "/auth/password", anyone, reads, op(resetPassword)},
		{post, "/auth/confirmation", anyone, reads, op(confirmAddress)},
		{post, "/api/v1/accounts", anyone, reads, op(signUp)},
		{get, "/auth/validate_token", anyone, reads, op(validateToken)},
		{remove, "/auth/sign_out", anyone, reads, op(signOut)},
		{get, "/api/v1/profile", signedIn, reads, op(showProfile)},
		{put, "/api/v1/profile", signedIn, writes, under("profile", updateProfile)},
		{post, "/api/v1/profile/availability", signedIn, writes, under("profile", setAvailability)},
		{post, "/api/v1/profile/auto_offline", signedIn, writes, under("profile", setAutoOffline)},
		{put, "/api/v1/profile/set_active_account", signedIn, writes, under("profile", setActiveAccount)},
		{post, "/api/v1/profile/resend_confirmation", signedIn, writes, op(resendConfirmation)},
		{post, "/api/v1/profile/reset_access_token", signedIn, reads, op(resetAccessToken)}, // what is told once is kept for no repeat
		{get, "/api/v1/profile/mfa", signedIn, reads, op(showMFA)},
		{post, "/api/v1/profile/mfa", signedIn, reads, op(enrollMFA)},
		{remove, "/api/v1/profile/mfa", signedIn, reads, op(disableMFA)},
		{post, "/api/v1/profile/mfa/verify", signedIn, reads, op(verifyMFA)},
		{post, "/api/v1/profile/mfa/backup_codes", signedIn, reads, op(renewBackupCodes)},
		{post, acct + "/update_active_at", member, writes, op(enterAccount)},
	}
}

func accountRoutes() []route {
	return []route{
		{get, acct, ownAccount, reads, op(showAccount)},
		{patch, acct, ownAccount, writes, op(updateAccount)},
		{get, acct + "/agents", member, reads, op(listAgents)},
		{post, acct + "/agents", member, writes, under("agent", createAgent)},
		{patch, acct + "/agents/{id}", member, writes, under("agent", updateAgent)},
		{remove, acct + "/agents/{id}", member, writes, op(deleteAgent)},
		{post, acct + "/agents/bulk_create", member, writes, op(createAgents)},
		{get, acct + "/assignable_agents", member, reads, op(listAssignable)},
		{get, acct + "/teams", member, reads, op(listTeams)},
		{post, acct + "/teams", member, writes, under("team", createTeam)},
		{get, acct + "/teams/{id}", member, reads, op(showTeam)},
		{patch, acct + "/teams/{id}", member, writes, under("team", updateTeam)},
		{remove, acct + "/teams/{id}", member, writes, op(deleteTeam)},
		{get, acct + "/teams/{team_id}/team_members", member, reads, op(listTeamMembers)},
		{post, acct + "/teams/{team_id}/team_members", member, writes, op(addTeamMembers)},
		{patch, acct + "/teams/{team_id}/team_members", member, writes, op(replaceTeamMembers)},
		{remove, acct + "/teams/{team_id}/team_members", member, writes, op(removeTeamMembers)},
	}
}

func inboxRoutes() []route {
	return []route{
		{get, acct + "/inboxes", member, reads, op(listInboxes)},
		{get, acct + "/inboxes/{id}", member, reads, op(showInbox)},
		{post, acct + "/inboxes", member, writes, op(createInbox)},
		{post, acct + "/channels/twilio_channel", member, writes, op(createTwilioInbox)},
		{patch, acct + "/inboxes/{id}", member, writes, nullable(op(updateInbox))},
		{remove, acct + "/inboxes/{id}", member, writes, op(deleteInbox)},
		{remove, acct + "/inboxes/{id}/avatar", member, writes, op(deleteInboxAvatar)},
		{get, acct + "/inboxes/{id}/csat_template", member, reads, op(showCSATTemplate)},
		{post, acct + "/inboxes/{id}/csat_template", member, reads, op(createCSATTemplate)}, // refused: writes nothing
		{get, acct + "/inboxes/{id}/health", member, reads, op(showInboxHealth)},
		{post, acct + "/inboxes/{id}/sync_templates", member, reads, op(syncTemplates)}, // what the provider has is copied: twice is once
		{get, acct + "/inboxes/{id}/message_templates", member, reads, op(listTemplates)},
		{post, acct + "/inboxes/{id}/message_templates", member, writes, op(createTemplate)},
		{post, acct + "/inboxes/{id}/message_templates/samples", member, reads, op(uploadTemplateSample)}, // a sample handed over twice does no harm
		{get, acct + "/inboxes/{id}/message_templates/{template_id}", member, reads, op(showTemplate)},
		{patch, acct + "/inboxes/{id}/message_templates/{template_id}", member, writes, op(updateTemplate)},
		{remove, acct + "/inboxes/{id}/message_templates/{template_id}", member, writes, op(deleteTemplate)},
		{post, acct + "/callbacks/facebook_pages", member, reads, op(listFacebookPages)}, // writes nothing but what is wrong
		{post, acct + "/callbacks/register_facebook_page", member, writes, op(registerFacebookPage)},
		{post, acct + "/callbacks/reauthorize_page", member, writes, op(reauthorizeFacebookPage)},
		{post, acct + "/instagram/authorization", member, reads, op(authorizeInstagram)},
		{post, acct + "/whatsapp/authorization", member, writes, op(authorizeWhatsApp)},
		{get, instagramPath, anyone, reads, op(connectInstagram)},
		{get, acct + "/inboxes/{id}/assignable_agents", member, reads, op(listInboxAssignable)},
		{get, acct + "/inbox_members/{inbox_id}", member, reads, op(listInboxMembers)},
		{post, acct + "/inbox_members", member, writes, op(addInboxMembers)},
		{patch, acct + "/inbox_members", member, writes, op(replaceInboxMembers)},
		{remove, acct + "/inbox_members", member, writes, op(removeInboxMembers)},
	}
}

func contactRoutes() []route {
	return []route{
		{get, acct + "/contacts", member, reads, op(listContacts)},
		{get, acct + "/contacts/search", member, reads, op(searchContacts)},
		{get, acct + "/contacts/active", member, reads, op(listActiveContacts)},
		{post, acct + "/contacts/import", member, writes, op(importContacts)},
		{get, acct + "/contacts/import_template", member, reads, op(showImportTemplate)}, // an addition
		{post, acct + "/contacts/export", member, writes, op(exportContacts)},
		{post, acct + "/contacts/upsert", member, writes, op(upsertContact)}, // an addition
		{post, acct + "/contacts", member, writes, op(createContact)},
		{post, acct + "/actions/contact_merge", member, writes, op(mergeContacts)},
		{get, acct + "/contacts/{id}/merges", member, reads, op(listMerges)},
		{post, acct + "/contacts/{id}/merges/{merge_id}/undo", member, writes, op(unmergeContacts)},
		{get, acct + "/contacts/{id}", member, reads, op(showContact)},
		{patch, acct + "/contacts/{id}", member, writes, op(updateContact)},
		{remove, acct + "/contacts/{id}", member, writes, op(deleteContact)},
		{remove, acct + "/contacts/{id}/avatar", member, writes, op(deleteContactAvatar)},
		{post, acct + "/contacts/{id}/destroy_custom_attributes", member, writes, op(dropContactAttributes)},
		{get, acct + "/contacts/{id}/conversations", member, reads, op(listContactConversations)},
		{get, acct + "/contacts/{id}/labels", member, reads, op(listContactLabels)},
		{post, acct + "/contacts/{id}/labels", member, writes, op(setContactLabels)},
		{post, acct + "/contacts/{id}/contact_inboxes", member, writes, op(createContactInbox)},
		{get, acct + "/contacts/{id}/contactable_inboxes", member, reads, op(listContactableInboxes)},
		{get, acct + "/contacts/{id}/consents", member, reads, op(listConsents)}, // additions
		{post, acct + "/contacts/{id}/consents", member, writes, op(setConsent)},
		{get, acct + "/contacts/{contact_id}/notes", member, reads, op(listNotes)},
		{post, acct + "/contacts/{contact_id}/notes", member, writes, under("note", createNote)},
		{get, acct + "/contacts/{contact_id}/notes/{id}", member, reads, op(showNote)},
		{patch, acct + "/contacts/{contact_id}/notes/{id}", member, writes, under("note", updateNote)},
		{remove, acct + "/contacts/{contact_id}/notes/{id}", member, writes, op(deleteNote)},
	}
}

func conversationRoutes() []route {
	return []route{
		{get, acct + "/conversations/meta", member, reads, op(countConversations)},
		{get, acct + "/conversations", member, reads, op(listConversations)},
		{post, acct + "/conversations", memberOrBot, writes, op(createConversation)},
		{get, conv, member, reads, op(showConversation)},
		{patch, conv, memberOrBot, writes, op(updateConversation)},
		{remove, conv, member, writes, op(deleteConversation)},
		{post, conv + "/toggle_status", memberOrBot, writes, op(toggleStatus)},
		{post, conv + "/toggle_priority", memberOrBot, writes, op(togglePriority)},
		{post, conv + "/assignments", memberOrBot, writes, op(assignConversation)},
		{post, conv + "/claim", member, writes, op(claimConversation)}, // an addition
		{get, conv + "/routing", member, reads, op(listRouting)},
		{get, conv + "/queue_position", member, reads, op(showQueuePosition)},
		{post, conv + "/can_send", memberOrBot, reads, op(canSend)},
		{get, conv + "/labels", member, reads, op(listConversationLabels)},
		{post, conv + "/labels", member, writes, op(setConversationLabels)},
		{post, conv + "/custom_attributes", memberOrBot, writes, op(setConversationAttributes)},
		{post, conv + "/update_last_seen", member, writes, op(markSeen)},
		{post, conv + "/unread", member, writes, op(markUnread)},
		{post, conv + "/mute", member, writes, op(muteConversation)},
		{post, conv + "/unmute", member, writes, op(unmuteConversation)},
		{post, conv + "/toggle_typing_status", member, reads, op(toggleTyping)}, // told once, stored nowhere
		{get, conv + "/participants", member, reads, op(listParticipants)},
		{post, conv + "/participants", member, writes, op(addParticipants)},
		{patch, conv + "/participants", member, writes, op(replaceParticipants)},
		{remove, conv + "/participants", member, writes, op(removeParticipants)},
		{post, conv + "/transcript", member, writes, op(sendTranscript)},
		{get, conv + "/draft_messages", member, reads, op(showDraft)},
		{patch, conv + "/draft_messages", member, writes, op(setDraft)},
		{remove, conv + "/draft_messages", member, writes, op(deleteDraft)},
		{get, conv + "/attachments", member, reads, op(listAttachments)},
	}
}

func messageRoutes() []route {
	return []route{
		{get, conv + "/messages", member, reads, op(listMessages)},
		{post, conv + "/messages", memberOrBot, writes, asText(op(createMessage))},
		{patch, conv + "/messages/{id}", member, writes, op(updateMessage)},
		{remove, conv + "/messages/{id}", member, writes, op(deleteMessage)},
		{post, conv + "/messages/{id}/retry", member, writes, op(retryMessage)},
		{post, conv + "/messages/{id}/translate", member, reads, op(translateMessage)}, // nothing is stored
		{get, "/accounts/{account_id}/conversations/{display_id}/messages", member, reads, op(listMessagesAlias)},
		{get, conv + "/scheduled_messages", memberOrBot, reads, op(listConversationScheduled)}, // additions, all of these
		{post, conv + "/scheduled_messages", memberOrBot, writes, op(createScheduled)},
		{get, acct + "/scheduled_messages", memberOrBot, reads, op(listScheduled)},
		{get, acct + "/scheduled_messages/{id}", memberOrBot, reads, op(showScheduled)},
		{patch, acct + "/scheduled_messages/{id}", memberOrBot, writes, op(updateScheduled)},
		{remove, acct + "/scheduled_messages/{id}", memberOrBot, writes, op(cancelScheduled)},
	}
}

func settingRoutes() []route {
	return []route{
		{get, acct + "/labels", member, reads, op(listLabels)},
		{post, acct + "/labels", member, writes, under("label", createLabel)},
		{get, acct + "/labels/{id}", member, reads, op(showLabel)},
		{patch, acct + "/labels/{id}", member, writes, under("label", updateLabel)},
		{remove, acct + "/labels/{id}", member, writes, op(deleteLabel)},
		{get, acct + "/custom_attribute_definitions", member, reads, op(listAttributes)},
		{post, acct + "/custom_attribute_definitions", member, writes, under("custom_attribute_definition", createAttribute)},
		{get, acct + "/custom_attribute_definitions/{id}", member, reads, op(showAttribute)},
		{patch, acct + "/custom_attribute_definitions/{id}", member, writes, under("custom_attribute_definition", updateAttribute)},
		{remove, acct + "/custom_attribute_definitions/{id}", member, writes, op(deleteAttribute)},
		{get, acct + "/webhooks", member, reads, op(listWebhooks)},
		{post, acct + "/webhooks", member, writes, under("webhook", createWebhook)},
		{get, hook, member, reads, op(showWebhook)}, // an addition
		{patch, hook, member, writes, under("webhook", updateWebhook)},
		{remove, hook, member, writes, op(deleteWebhook)},
		{get, hook + "/deliveries", member, reads, op(listDeliveries)},                           // an addition
		{post, hook + "/deliveries/{delivery_id}/redeliver", member, writes, op(redeliverEvent)}, // an addition
	}
}

// botRoutes are agent bots and what they may.
func botRoutes() []route {
	return []route{
		{get, acct + "/agent_bots", member, reads, op(listBots)},
		{post, acct + "/agent_bots", member, writes, op(createBot)},
		{get, acct + "/agent_bots/{id}", member, reads, op(showBot)},
		{patch, acct + "/agent_bots/{id}", member, writes, op(updateBot)},
		{remove, acct + "/agent_bots/{id}", member, writes, op(deleteBot)},
		{remove, acct + "/agent_bots/{id}/avatar", member, writes, op(deleteBotAvatar)},
		{post, acct + "/agent_bots/{id}/reset_access_token", member, writes, op(resetBotToken)},
		{get, acct + "/inboxes/{id}/agent_bot", member, reads, op(showInboxBot)},
		{post, acct + "/inboxes/{id}/set_agent_bot", member, writes, op(setInboxBot)},
		{get, acct + "/custom_roles", member, reads, op(listRoles)},
		{post, acct + "/custom_roles", member, writes, under("custom_role", createRole)},
		{get, acct + "/custom_roles/{id}", member, reads, op(showRole)},
		{patch, acct + "/custom_roles/{id}", member, writes, under("custom_role", updateRole)},
		{remove, acct + "/custom_roles/{id}", member, writes, op(deleteRole)},
	}
}

// platformRoutes is the API of programs that run the installation from outside.
func platformRoutes() []route {
	const (
		accounts = "/platform/api/v1/accounts"
		users    = "/platform/api/v1/users"
		bots     = "/platform/api/v1/agent_bots"
		members  = accounts + "/{account_id}/account_users"
	)
	return []route{
		{get, accounts, platformApp, reads, op(listPlatformAccounts)},
		{post, accounts, platformApp, writes, op(createPlatformAccount)},
		{get, accounts + "/{id}", platformApp, reads, op(showPlatformAccount)},
		{patch, accounts + "/{id}", platformApp, writes, op(updatePlatformAccount)},
		{remove, accounts + "/{id}", platformApp, writes, op(deletePlatformAccount)},
		{get, members, platformApp, reads, op(listAccountUsers)},
		{post, members, platformApp, writes, op(setAccountUser)},
		{remove, members, platformApp, writes, op(deleteAccountUser)},
		{get, bots, platformApp, reads, op(listPlatformBots)},
		{post, bots, platformApp, writes, op(createPlatformBot)},
		{get, bots + "/{id}", platformApp, reads, op(showPlatformBot)},
		{patch, bots + "/{id}", platformApp, writes, op(updatePlatformBot)},
		{remove, bots + "/{id}", platformApp, writes, op(deletePlatformBot)},
		{post, users, platformApp, writes, op(createPlatformUser)},
		{get, users + "/{id}", platformApp, reads, op(showPlatformUser)},
		{patch, users + "/{id}", platformApp, writes, op(updatePlatformUser)},
		{remove, users + "/{id}", platformApp, writes, op(deletePlatformUser)},
		{get, users + "/{id}/login", platformApp, reads, op(linkPlatformUser)}, // each link is another
		{post, users + "/{id}/token", platformApp, reads, op(showPlatformUserToken)},
	}
}

func integrationRoutes() []route {
	const (
		hooks = acct + "/integrations/hooks"
		pages = acct + "/dashboard_apps"
	)
	return []route{
		{get, acct + "/integrations/apps", member, reads, op(listApps)},
		{get, acct + "/integrations/apps/{id}", member, reads, op(showApp)},
		{post, hooks, member, writes, under("hook", createIntegration)},
		{patch, hooks + "/{id}", member, writes, under("hook", updateIntegration)},
		{remove, hooks + "/{id}", member, writes, op(deleteIntegration)},
		{post, hooks + "/{id}/process_event", member, reads, op(processEvent)}, // changes nothing
		{remove, acct + "/integrations/notion", member, writes, op(deleteNotion)},
		{remove, acct + "/integrations/shopify", member, writes, op(deleteShopify)},
		{post, acct + "/integrations/shopify/auth", member, reads, op(authShopify)},
		{get, acct + "/integrations/shopify/orders", member, reads, op(listShopifyOrders)},
		{get, pages, member, reads, op(listDashboardApps)},
		{post, pages, member, writes, under("dashboard_app", createDashboardApp)},
		{get, pages + "/{id}", member, reads, op(showDashboardApp)},
		{patch, pages + "/{id}", member, writes, under("dashboard_app", updateDashboardApp)},
		{remove, pages + "/{id}", member, writes, op(deleteDashboardApp)},
	}
}

// realtimeRoutes are the socket and the feed.
func realtimeRoutes() []route {
	return []route{
		{get, acct + "/cache_keys", member, reads, op(showCacheKeys)},
		{get, acct + "/events", memberOrBot, reads, op(streamEvents)},    // an addition
		{get, acct + "/events/poll", memberOrBot, reads, op(pollEvents)}, // an addition
	}
}

// viewRoutes are filters, saved views and work in bulk.
func viewRoutes() []route {
	return []route{
		{post, acct + "/conversations/filter", member, reads, op(filterConversations)},
		{post, acct + "/contacts/filter", member, reads, op(filterContacts)},
		{post, acct + "/contact_inboxes/filter", member, reads, op(filterAddresses)},
		{get, acct + "/custom_filters", member, reads, op(listSavedViews)},
		{post, acct + "/custom_filters", member, writes, under("custom_filter", createSavedView)},
		{get, acct + "/custom_filters/{id}", member, reads, op(showSavedView)},
		{patch, acct + "/custom_filters/{id}", member, writes, under("custom_filter", updateSavedView)},
		{remove, acct + "/custom_filters/{id}", member, writes, op(deleteSavedView)},
		{post, acct + "/bulk_actions", member, writes, op(startBulk)},
		{get, acct + "/bulk_actions", member, reads, op(listBulk)},      // an addition
		{get, acct + "/bulk_actions/{id}", member, reads, op(showBulk)}, // an addition
	}
}

func searchRoutes() []route {
	return []route{
		{get, acct + "/search", member, reads, op(searchAll)},
		{get, acct + "/search/conversations", member, reads, op(searchConversations)},
		{get, acct + "/search/contacts", member, reads, op(searchForContacts)},
		{get, acct + "/search/messages", member, reads, op(searchMessages)},
		{get, acct + "/search/articles", member, reads, op(searchArticles)},
		{get, acct + "/conversations/search", member, reads, op(searchSaid)},
	}
}

func notificationRoutes() []route {
	return []route{
		{get, acct + "/notifications", member, reads, op(listNotifications)},
		{get, acct + "/notifications/unread_count", member, reads, op(countNotifications)},
		{post, acct + "/notifications/read_all", member, writes, op(readNotifications)},
		{post, acct + "/notifications/destroy_all", member, writes, op(deleteNotifications)},
		{patch, acct + "/notifications/{id}", member, writes, op(readNotification)},
		{remove, acct + "/notifications/{id}", member, writes, op(deleteNotification)},
		{post, acct + "/notifications/{id}/unread", member, writes, op(unreadNotification)},
		{post, acct + "/notifications/{id}/snooze", member, writes, op(snoozeNotification)},
		{get, acct + "/notification_settings", member, reads, op(showNotificationSettings)},
		{patch, acct + "/notification_settings", member, writes, under("notification_settings", updateNotificationSettings)},
		{post, "/api/v1/notification_subscriptions", signedIn, writes, under("notification_subscription", subscribe)},
		{remove, "/api/v1/notification_subscriptions", signedIn, writes, op(unsubscribe)},
	}
}

// reportRoutes are reports, satisfaction and the audit log.
func reportRoutes() []route {
	const reports, summaries, live = acct2 + "/reports", acct2 + "/summary_reports", acct2 + "/live_reports"
	return []route{
		{get, reports, member, reads, op(showReport)},
		{get, reports + "/summary", member, reads, op(showSummary)},
		{get, reports + "/bot_summary", member, reads, op(showBotSummary)},
		{get, reports + "/bot_metrics", member, reads, op(showBotMetrics)},
		{get, reports + "/conversations", member, reads, op(showConversationReport)},
		{get, reports + "/agents", member, reads, op(downloadAgents)},
		{get, reports + "/inboxes", member, reads, op(downloadInboxes)},
		{get, reports + "/channel_groups", member, reads, op(downloadChannelGroups)},
		{get, reports + "/labels", member, reads, op(downloadLabels)},
		{get, reports + "/teams", member, reads, op(downloadTeams)},
		{get, reports + "/conversations_summary", member, reads, op(downloadConversations)},
		{get, reports + "/conversation_traffic", member, reads, op(downloadTraffic)},
		{get, summaries + "/agent", member, reads, op(listAgentSummaries)},
		{get, summaries + "/team", member, reads, op(listTeamSummaries)},
		{get, summaries + "/inbox", member, reads, op(listInboxSummaries)},
		{get, summaries + "/channel_group", member, reads, op(listChannelGroupSummaries)},
		{get, summaries + "/label", member, reads, op(listLabelSummaries)},
		{get, summaries + "/channel", member, reads, op(showChannelSummary)},
		{get, live + "/conversation_metrics", member, reads, op(showLive)},
		{get, live + "/grouped_conversation_metrics", member, reads, op(showGroupedLive)},
		{get, acct + "/reporting_events", member, reads, op(listReportEvents)},
		{get, conv + "/reporting_events", member, reads, op(listConversationReportEvents)},
		{get, acct + "/csat_survey_responses", member, reads, op(listResponses)},
		{get, acct + "/csat_survey_responses/metrics", member, reads, op(showResponseMetrics)},
		{get, acct + "/csat_survey_responses/download", member, reads, op(downloadResponses)},
		{get, acct + "/applied_slas", member, reads, op(listMissedSLAs)},
		{get, acct + "/applied_slas/metrics", member, reads, op(showSLAMetrics)},
		{get, acct + "/applied_slas/download", member, reads, op(downloadMissedSLAs)},
		{post, conv + "/csat_survey", member, writes, op(sendSurvey)}, // an addition
		{get, survey, anyone, reads, op(showSurvey)},
		{patch, survey, anyone, reads, op(answerSurvey)}, // to answer twice the same is to answer once
		{get, acct + "/audit_logs", member, reads, op(listAudit)},
	}
}

// portalRoutes are help centres. A portal goes by its slug, all else by its id.
func portalRoutes() []route {
	return []route{
		{get, acct + "/portals", member, reads, op(listPortals)},
		{post, acct + "/portals", member, writes, under("portal", createPortal)},
		{get, portal, member, reads, op(showPortal)},
		{patch, portal, member, writes, under("portal", updatePortal)},
		{remove, portal, member, writes, op(deletePortal)},
		{patch, portal + "/archive", member, writes, op(archivePortal)},
		{remove, portal + "/logo", member, writes, op(deletePortalLogo)},
		{post, portal + "/send_instructions", member, writes, op(sendInstructions)},
		{get, portal + "/categories", member, reads, op(listCategories)},
		{post, portal + "/categories", member, writes, under("category", createCategory)},
		{get, portal + "/categories/{id}", member, reads, op(showCategory)},
		{patch, portal + "/categories/{id}", member, writes, under("category", updateCategory)},
		{remove, portal + "/categories/{id}", member, writes, op(deleteCategory)},
		{get, portal + "/articles", member, reads, op(listArticles)},
		{post, portal + "/articles", member, writes, under("article", createArticle)},
		{post, portal + "/articles/reorder", member, writes, op(reorderArticles)},
		{get, portal + "/articles/{id}", member, reads, op(showArticle)},
		{patch, portal + "/articles/{id}", member, writes, under("article", updateArticle)},
		{remove, portal + "/articles/{id}", member, writes, op(deleteArticle)},
	}
}

// fileRoutes are uploads and pictures.
func fileRoutes() []route {
	return []route{
		{post, acct + "/upload", member, writes, op(uploadFile)},
		{post, conv + "/direct_uploads", member, writes, op(announceUpload)},
		{remove, "/api/v1/profile/avatar", signedIn, writes, op(deleteProfileAvatar)},
	}
}

// widgetRoutes is the API of the website widget.
func widgetRoutes() []route {
	return []route{
		{post, widget + "/config", anyWidget, writes, op(configureWidget)},
		{get, widget + "/messages", visitor, reads, op(listWidgetMessages)},
		{post, widget + "/messages", visitor, writes, asText(op(sendWidgetMessage))},
		{patch, widget + "/messages/{id}", visitor, writes, op(updateWidgetMessage)},
		{get, widget + "/conversations", visitor, reads, op(showWidgetConversation)},
		{post, widget + "/conversations", visitor, writes, op(startWidgetConversation)},
		{get, widget + "/conversations/toggle_status", visitor, reads, op(closeWidgetConversation)}, // a GET that writes, as its clients call it
		{post, widget + "/conversations/toggle_typing", visitor, reads, op(toggleWidgetTyping)},
		{post, widget + "/conversations/update_last_seen", visitor, writes, op(markWidgetSeen)},
		{post, widget + "/conversations/transcript", visitor, writes, op(sendWidgetTranscript)},
		{post, widget + "/conversations/set_custom_attributes", visitor, writes, op(setWidgetAttributes)},
		{post, widget + "/conversations/destroy_custom_attributes", visitor, writes, op(dropWidgetAttributes)},
		{get, widget + "/contact", visitor, reads, op(showWidgetContact)},
		{patch, widget + "/contact", visitor, writes, op(updateWidgetContact)},
		{patch, widget + "/contact/set_user", visitor, writes, op(setWidgetUser)},
		{post, widget + "/contact/destroy_custom_attributes", visitor, writes, op(dropWidgetContactAttributes)},
		{get, widget + "/inbox_members", anyWidget, reads, op(listWidgetAgents)},
		{get, widget + "/campaigns", anyWidget, reads, op(listWidgetCampaigns)},
		{post, widget + "/events", visitor, reads, op(tellWidgetEvent)},
		{post, widget + "/labels", visitor, writes, op(addWidgetLabel)},
		{remove, widget + "/labels/{label}", visitor, writes, op(removeWidgetLabel)},
		{post, widget + "/direct_uploads", visitor, writes, op(announceWidgetUpload)},
	}
}

// customerRoutes is the API of customers' own clients: what they know is their
// credential.
func customerRoutes() []route {
	return []route{
		{get, public, anyInbox, reads, op(showPublicInbox)},
		{post, public + "/contacts", anyInbox, writes, op(registerCustomer)},
		{get, contact, customer, reads, op(showCustomer)},
		{patch, contact, customer, writes, op(updateCustomer)},
		{post, contact + "/conversations", customer, writes, op(startPublicConversation)},
		{get, contact + "/conversations", customer, reads, op(listPublicConversations)},
		{get, thread, customer, reads, op(showPublicConversation)},
		{post, thread + "/toggle_status", customer, writes, op(closePublicConversation)},
		{post, thread + "/toggle_typing", customer, reads, op(togglePublicTyping)},
		{post, thread + "/update_last_seen", customer, writes, op(markPublicSeen)},
		{post, thread + "/messages", customer, writes, asText(op(sendPublicMessage))},
		{get, thread + "/messages", customer, reads, op(listPublicMessages)},
		{patch, thread + "/messages/{id}", customer, writes, op(submitPublicValues)},
	}
}
