package comity

// HistoryRecord is a line of the history that people read: a change of a record, or a note that was
// added. It is added and viewed only.
var HistoryRecord = func() (t struct {
	*Resource
	CoPersonId, CoPersonRoleId, OrgIdentityId, CoGroupId, CoEmailListId, CoServiceId,
	ActorCoPersonId, ActorApiUserId, Action, Comment *Field
},
) {
	t.Resource = resource("HistoryRecord", "HistoryRecords", "history_records").inHistory().versioned().addAndView()
	t.CoPersonId = t.reference("CoPersonId", "CoPerson").listed()
	t.CoPersonRoleId = t.reference("CoPersonRoleId", "CoPersonRole")
	t.OrgIdentityId = t.reference("OrgIdentityId", "OrgIdentity").listed()
	t.CoGroupId = t.reference("CoGroupId", "CoGroup").listed()
	t.CoEmailListId = t.reference("CoEmailListId", "CoEmailList")
	t.CoServiceId = t.reference("CoServiceId", "CoService")
	t.ActorCoPersonId = t.reference("ActorCoPersonId", "CoPerson")
	t.ActorApiUserId = t.reference("ActorApiUserId", "ApiUser")
	t.Action = t.text("Action", 4).required()
	t.Comment = t.text("Comment", 256).required()
	return t
}()
