/** Operations that stand ready in GraphiQL, each in a tab of its own. */
export const examples: ReadonlyArray<string> = [
  `# Sign in above, then press the triangle.
query Queue {
  tickets(first: 20, filter: { status: [OPEN, IN_PROGRESS] }, sort: [{ field: PRIORITY, direction: DESC }]) {
    totalCount
    nodes {
      number
      title
      status
      priority
      requester { name }
      assignee { name }
      messages(last: 3) { nodes { body author { name } createdAt } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  `query Page {
  ticket(id: "1") {
    id
    title
    description
    status
    requester { name email }
    team { name }
    history { nodes { from to actor { name } comment at } }
    messages(first: 50) { totalCount nodes { body visibility author { name } createdAt } }
  }
}
`,
  `mutation Open {
  createTicket(input: { title: "Badge reader blinks violet", description: "At the north door.", idempotencyKey: "try-1" }) {
    ticket { id number status version }
  }
}
`,
  `mutation Resolve {
  changeTicketStatus(input: { ticketId: "1", status: RESOLVED, comment: "Reader replaced." }) {
    ticket { status resolvedAt version }
  }
}
`,
  `query Me {
  me {
    user { name email roles }
    permissions { permission scope }
  }
}
`
]
