package comity

// HistoryRecord is a line of the history for people: a change of a record, or a note that was added. It
// is append-only.
var HistoryRecord = func() (t struct {
	*Resource
	CoPersonId, CoPersonRoleId, OrgIdentityId, CoGroupId, CoEmailListId, CoServiceId,
	ActorCoPersonId, ActorApiUserId, Action, Comment *Field
},
) {
	t.Resource = resource("HistoryRecord", "HistoryRecords", "history_records").inHistory().versioned().appendOnly().
		named("history record", "history").purpose("Every change: what, when and by whom.").
		doc("A line of the history that people read: every change of a record, in words, and the notes that are added. A note names a record at least. Added and viewed only.")
	t.CoPersonId = t.reference("CoPersonId", "CoPerson").listed()
	t.CoPersonRoleId = t.reference("CoPersonRoleId", "CoPersonRole")
	t.OrgIdentityId = t.reference("OrgIdentityId", "OrgIdentity").listed()
	t.CoGroupId = t.reference("CoGroupId", "CoGroup").listed()
	t.CoEmailListId = t.reference("CoEmailListId", "CoEmailList")
	t.CoServiceId = t.reference("CoServiceId", "CoService")
	t.ActorCoPersonId = t.reference("ActorCoPersonId", "CoPerson").
		doc("Of a change, the person whom that API user acts for.")
	t.ActorApiUserId = t.reference("ActorApiUserId", "ApiUser").
		doc("Of a change, the API user of the actor's name, if it was there then.")
	t.Action = t.text("Action", 4).required().
		doc("Of a change, `A` added, `E` edited, `D` deleted or `X` erased and the three letters of the resource, such as `ENAM`.").example("CMNT")
	t.Comment = t.text("Comment", 256).required().
		doc("Of a change, what was done, in words; cut with `…`.")
	return t
}()
