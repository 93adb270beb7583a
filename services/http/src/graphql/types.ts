// Made of schema.graphql by `pnpm docs`.
import type { DateTime } from "effect"
import type { GraphQLResolveInfo, GraphQLScalarType, GraphQLScalarTypeConfig } from 'graphql';
import type { TicketStatus as StatusValue, TicketType as TypeValue, Priority as PriorityValue } from '@opsdesk/tickets/Ticket';
import type { Visibility as VisibilityValue } from '@opsdesk/messages/Message';
import type { PersonRef, TeamRef, MeRow, TicketRow, MessageRow, HistoryRow, AuditRow, EventRow } from './rows.ts';
import type { AnyConnection, Connection, Edge } from './connection.ts';
import type { GraphContext } from './graphContext.ts';
export type Maybe<T> = T | null;
export type InputMaybe<T> = T | null | undefined;
export type Omit<T, K extends keyof T> = Pick<T, Exclude<keyof T, K>>;
export type RequireFields<T, K extends keyof T> = Omit<T, K> & { [P in K]-?: NonNullable<T[P]> };
/** All built-in and custom scalars, mapped to their actual values */
export type Scalars = {
  ID: { input: string; output: string; }
  String: { input: string; output: string; }
  Boolean: { input: boolean; output: boolean; }
  Int: { input: number; output: number; }
  Float: { input: number; output: number; }
  /** An instant: RFC 3339 in UTC with milliseconds, such as `2026-03-14T09:26:53.589Z`; an offset may be given. */
  DateTime: { input: string; output: DateTime.Utc; }
  /** A JSON object as it was recorded. */
  JSON: { input: unknown; output: unknown; }
};

export type TicketStatus =
  | 'open'
  | 'in_progress'
  | 'waiting'
  | 'resolved'
  | 'closed';

export type TicketType =
  | 'incident'
  | 'request';

/** In their order, the least first. */
export type TicketPriority =
  | 'low'
  | 'normal'
  | 'high'
  | 'urgent';

export type MessageVisibility =
  /** For everybody on the ticket. */
  | 'public'
  /** A note among those who work on it. */
  | 'internal';

export type TicketSortField =
  | 'createdAt'
  | 'updatedAt'
  | 'priority'
  | 'number';

export type SortDirection =
  | 'ASC'
  | 'DESC';

/**
 * A person. What somebody is called is told to whoever sees where they are named; the rest is null for those who may not
 * see people, but for oneself.
 */
export type User = {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly email?: Maybe<Scalars['String']['output']>;
  readonly active?: Maybe<Scalars['Boolean']['output']>;
  readonly roles?: Maybe<ReadonlyArray<Scalars['String']['output']>>;
  readonly teamIds?: Maybe<ReadonlyArray<Scalars['ID']['output']>>;
  readonly createdAt?: Maybe<Scalars['DateTime']['output']>;
  readonly updatedAt?: Maybe<Scalars['DateTime']['output']>;
};

/** A team. Its members are null for those who may not see people. */
export type Team = {
  readonly id: Scalars['ID']['output'];
  readonly name: Scalars['String']['output'];
  readonly memberIds?: Maybe<ReadonlyArray<Scalars['ID']['output']>>;
};

/** What is granted, and how far it reaches: `own`, `team` or `any`. */
export type Grant = {
  readonly permission: Scalars['String']['output'];
  readonly scope: Scalars['String']['output'];
};

/** Who asks, and what they may do. */
export type Me = {
  readonly user: User;
  readonly permissions: ReadonlyArray<Grant>;
};

/** An incident or a request. */
export type Ticket = {
  readonly id: Scalars['ID']['output'];
  /** Short, for people to say to each other. */
  readonly number: Scalars['Int']['output'];
  readonly title: Scalars['String']['output'];
  readonly description: Scalars['String']['output'];
  readonly type: TicketType;
  readonly status: TicketStatus;
  readonly priority: TicketPriority;
  readonly requester: User;
  readonly assignee?: Maybe<User>;
  readonly team?: Maybe<Team>;
  /** Grows with each change of the ticket itself; `ifVersion` of a change names it. */
  readonly version: Scalars['Int']['output'];
  readonly createdAt: Scalars['DateTime']['output'];
  readonly updatedAt: Scalars['DateTime']['output'];
  readonly resolvedAt?: Maybe<Scalars['DateTime']['output']>;
  readonly closedAt?: Maybe<Scalars['DateTime']['output']>;
  /**
   * What was said, oldest first: the `first` after a cursor, or the `last` before one. 20 of the oldest, unless said
   * otherwise; 100 at most. Internal notes are left out for those who may not read them.
   */
  readonly messages?: Maybe<MessageConnection>;
  /** The statuses that it went through, oldest first. */
  readonly history?: Maybe<HistoryConnection>;
};


/** An incident or a request. */
export type TicketMessagesArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  last?: InputMaybe<Scalars['Int']['input']>;
  before?: InputMaybe<Scalars['String']['input']>;
};


/** An incident or a request. */
export type TicketHistoryArgs = {
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};

export type Message = {
  readonly id: Scalars['ID']['output'];
  readonly ticketId: Scalars['ID']['output'];
  /** The sequence of the message's event on its ticket. */
  readonly seq: Scalars['Int']['output'];
  readonly author: User;
  readonly body: Scalars['String']['output'];
  readonly visibility: MessageVisibility;
  readonly clientMessageId?: Maybe<Scalars['String']['output']>;
  readonly createdAt: Scalars['DateTime']['output'];
};

/** One step of a ticket's way from status to status. */
export type HistoryEntry = {
  readonly id: Scalars['ID']['output'];
  /** Null where the ticket was opened. */
  readonly from?: Maybe<TicketStatus>;
  readonly to: TicketStatus;
  readonly actor: User;
  readonly comment?: Maybe<Scalars['String']['output']>;
  readonly at: Scalars['DateTime']['output'];
};

/** One thing that somebody did, or tried. */
export type AuditEvent = {
  readonly id: Scalars['ID']['output'];
  readonly seq: Scalars['Int']['output'];
  readonly at: Scalars['DateTime']['output'];
  readonly actor?: Maybe<User>;
  readonly action: Scalars['String']['output'];
  readonly entityType: Scalars['String']['output'];
  readonly entityId?: Maybe<Scalars['String']['output']>;
  readonly requestId?: Maybe<Scalars['String']['output']>;
  readonly before?: Maybe<Scalars['JSON']['output']>;
  readonly after?: Maybe<Scalars['JSON']['output']>;
  readonly ip?: Maybe<Scalars['String']['output']>;
  /** Null until the row is sealed. */
  readonly hash?: Maybe<Scalars['String']['output']>;
};

/** Where a page stands in its list (Relay, "GraphQL Cursor Connections"). */
export type PageInfo = {
  readonly hasNextPage: Scalars['Boolean']['output'];
  readonly hasPreviousPage: Scalars['Boolean']['output'];
  readonly startCursor?: Maybe<Scalars['String']['output']>;
  readonly endCursor?: Maybe<Scalars['String']['output']>;
};

export type TicketConnection = {
  readonly nodes: ReadonlyArray<Ticket>;
  readonly edges: ReadonlyArray<TicketEdge>;
  readonly pageInfo: PageInfo;
  /** Counted when asked for: exact up to 10,000, where it stays. */
  readonly totalCount: Scalars['Int']['output'];
};

export type TicketEdge = {
  /** The same as in the REST interface: `after` here, `cursor` there. */
  readonly cursor: Scalars['String']['output'];
  readonly node: Ticket;
};

export type MessageConnection = {
  readonly nodes: ReadonlyArray<Message>;
  readonly edges: ReadonlyArray<MessageEdge>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type MessageEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node: Message;
};

export type HistoryConnection = {
  readonly nodes: ReadonlyArray<HistoryEntry>;
  readonly edges: ReadonlyArray<HistoryEdge>;
  readonly pageInfo: PageInfo;
};

export type HistoryEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node: HistoryEntry;
};

export type AuditEventConnection = {
  readonly nodes: ReadonlyArray<AuditEvent>;
  readonly edges: ReadonlyArray<AuditEventEdge>;
  readonly pageInfo: PageInfo;
  readonly totalCount: Scalars['Int']['output'];
};

export type AuditEventEdge = {
  readonly cursor: Scalars['String']['output'];
  readonly node: AuditEvent;
};

/** All of it must fit; within one list, any. */
export type TicketFilter = {
  readonly status?: InputMaybe<ReadonlyArray<TicketStatus>>;
  readonly priority?: InputMaybe<ReadonlyArray<TicketPriority>>;
  readonly type?: InputMaybe<ReadonlyArray<TicketType>>;
  /** Whose it is: an id, `me`, or `none` for nobody's. */
  readonly assignee?: InputMaybe<Scalars['String']['input']>;
  /** Who asked: an id or `me`. */
  readonly requester?: InputMaybe<Scalars['String']['input']>;
  /** Which team's: an id, or `none` for no team's. */
  readonly team?: InputMaybe<Scalars['String']['input']>;
  /** Words to find in title, description and the messages that you may read, in the syntax of web searches. */
  readonly q?: InputMaybe<Scalars['String']['input']>;
  readonly createdAfter?: InputMaybe<Scalars['DateTime']['input']>;
  readonly createdBefore?: InputMaybe<Scalars['DateTime']['input']>;
  readonly updatedAfter?: InputMaybe<Scalars['DateTime']['input']>;
};

export type TicketSort = {
  readonly field: TicketSortField;
  /** Ascending, unless said otherwise. */
  readonly direction?: InputMaybe<SortDirection>;
};

export type AuditFilter = {
  /** What was acted on, such as `ticket`. */
  readonly entityType?: InputMaybe<Scalars['String']['input']>;
  readonly entityId?: InputMaybe<Scalars['String']['input']>;
  /** Who acted, by id. */
  readonly actor?: InputMaybe<Scalars['ID']['input']>;
  /** What was done, such as `ticket.created`. */
  readonly action?: InputMaybe<Scalars['String']['input']>;
  readonly after?: InputMaybe<Scalars['DateTime']['input']>;
  readonly before?: InputMaybe<Scalars['DateTime']['input']>;
};

export type Query = {
  readonly me: Me;
  /** One ticket, by id or number. */
  readonly ticket?: Maybe<Ticket>;
  /** Tickets that you may see, the newest first unless `sort` says otherwise; 100 at most. */
  readonly tickets?: Maybe<TicketConnection>;
  /** One person, for those who may see people. */
  readonly user?: Maybe<User>;
  /** One team, for those who may see people. */
  readonly team?: Maybe<Team>;
  /** Who did what, newest first; for admins. */
  readonly auditEvents?: Maybe<AuditEventConnection>;
};


export type QueryTicketArgs = {
  id: Scalars['ID']['input'];
};


export type QueryTicketsArgs = {
  filter?: InputMaybe<TicketFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
  sort?: InputMaybe<ReadonlyArray<TicketSort>>;
};


export type QueryUserArgs = {
  id: Scalars['ID']['input'];
};


export type QueryTeamArgs = {
  id: Scalars['ID']['input'];
};


export type QueryAuditEventsArgs = {
  filter?: InputMaybe<AuditFilter>;
  first?: InputMaybe<Scalars['Int']['input']>;
  after?: InputMaybe<Scalars['String']['input']>;
};

export type CreateTicketInput = {
  /** 1 to 200 characters. */
  readonly title: Scalars['String']['input'];
  /** Up to 20,000 characters. */
  readonly description: Scalars['String']['input'];
  /** An incident, unless said otherwise. */
  readonly type?: InputMaybe<TicketType>;
  /** Normal, unless said otherwise. */
  readonly priority?: InputMaybe<TicketPriority>;
  readonly teamId?: InputMaybe<Scalars['ID']['input']>;
  /** Agents may open a ticket for somebody else. */
  readonly requesterId?: InputMaybe<Scalars['ID']['input']>;
  /** The same key never opens a second ticket: for 24 hours it gives the first answer again. */
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

/** What is left out stays. */
export type UpdateTicketInput = {
  /** The ticket, by id or number. */
  readonly ticketId: Scalars['ID']['input'];
  readonly title?: InputMaybe<Scalars['String']['input']>;
  readonly description?: InputMaybe<Scalars['String']['input']>;
  readonly type?: InputMaybe<TicketType>;
  readonly priority?: InputMaybe<TicketPriority>;
  /** Null for no team. */
  readonly teamId?: InputMaybe<Scalars['ID']['input']>;
  /** The version that may be changed; unknown, where it is left out. */
  readonly ifVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

export type ChangeTicketStatusInput = {
  readonly ticketId: Scalars['ID']['input'];
  readonly status: TicketStatus;
  /** Kept in the history; it is no message. */
  readonly comment?: InputMaybe<Scalars['String']['input']>;
  readonly ifVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

export type AssignTicketInput = {
  readonly ticketId: Scalars['ID']['input'];
  /** An active agent or admin; null for nobody. */
  readonly assigneeId?: InputMaybe<Scalars['ID']['input']>;
  readonly ifVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

export type ClaimTicketInput = {
  readonly ticketId: Scalars['ID']['input'];
  readonly ifVersion?: InputMaybe<Scalars['Int']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

export type SendMessageInput = {
  readonly ticketId: Scalars['ID']['input'];
  /** 1 to 10,000 characters. */
  readonly body: Scalars['String']['input'];
  /** Public, unless said otherwise. */
  readonly visibility?: InputMaybe<MessageVisibility>;
  /** Chosen by the sender: the same never makes a second message. */
  readonly clientMessageId?: InputMaybe<Scalars['String']['input']>;
  readonly idempotencyKey?: InputMaybe<Scalars['String']['input']>;
};

export type CreateTicketPayload = {
  readonly ticket: Ticket;
};

export type UpdateTicketPayload = {
  readonly ticket: Ticket;
};

export type ChangeTicketStatusPayload = {
  readonly ticket: Ticket;
};

export type AssignTicketPayload = {
  readonly ticket: Ticket;
};

export type ClaimTicketPayload = {
  readonly ticket: Ticket;
};

export type SendMessagePayload = {
  readonly message: Message;
};

export type Mutation = {
  readonly createTicket?: Maybe<CreateTicketPayload>;
  /** A change that changes nothing makes no new version. */
  readonly updateTicket?: Maybe<UpdateTicketPayload>;
  /**
   * OPEN to IN_PROGRESS, WAITING, RESOLVED, CLOSED; IN_PROGRESS to OPEN, WAITING, RESOLVED, CLOSED; WAITING to OPEN,
   * IN_PROGRESS, RESOLVED, CLOSED; RESOLVED to OPEN, CLOSED; CLOSED to OPEN.
   */
  readonly changeTicketStatus?: Maybe<ChangeTicketStatusPayload>;
  readonly assignTicket?: Maybe<AssignTicketPayload>;
  /** Of any number of people who try at once exactly one gets it. Claiming what is yours changes nothing. */
  readonly claimTicket?: Maybe<ClaimTicketPayload>;
  readonly sendMessage?: Maybe<SendMessagePayload>;
};


export type MutationCreateTicketArgs = {
  input: CreateTicketInput;
};


export type MutationUpdateTicketArgs = {
  input: UpdateTicketInput;
};


export type MutationChangeTicketStatusArgs = {
  input: ChangeTicketStatusInput;
};


export type MutationAssignTicketArgs = {
  input: AssignTicketInput;
};


export type MutationClaimTicketArgs = {
  input: ClaimTicketInput;
};


export type MutationSendMessageArgs = {
  input: SendMessageInput;
};

/** A ticket has moved. */
export type TicketStatusChange = {
  readonly seq: Scalars['Int']['output'];
  readonly from?: Maybe<TicketStatus>;
  readonly to: TicketStatus;
  readonly actor?: Maybe<User>;
  readonly comment?: Maybe<Scalars['String']['output']>;
  readonly at: Scalars['DateTime']['output'];
  /** The ticket as it stands when this is told. */
  readonly ticket?: Maybe<Ticket>;
};

/** Something that happened to a ticket, as `GET /v1/tickets/:id/events` tells it. */
export type TicketEvent = {
  readonly id: Scalars['ID']['output'];
  /** Its place among the events of the ticket; `after` goes on from it. */
  readonly seq: Scalars['Int']['output'];
  readonly type: Scalars['String']['output'];
  readonly occurredAt: Scalars['DateTime']['output'];
  readonly actor?: Maybe<User>;
  readonly payload: Scalars['JSON']['output'];
};

/**
 * What happens from now on, over server-sent events (`accept: text/event-stream`). A subscription ends when the access to
 * its ticket is taken away.
 */
export type Subscription = {
  readonly messageAdded?: Maybe<Message>;
  readonly ticketStatusChanged?: Maybe<TicketStatusChange>;
  /** All events, from after a `seq` on, without a gap and each once. */
  readonly ticketEvents?: Maybe<TicketEvent>;
};


/**
 * What happens from now on, over server-sent events (`accept: text/event-stream`). A subscription ends when the access to
 * its ticket is taken away.
 */
export type SubscriptionMessageAddedArgs = {
  ticketId: Scalars['ID']['input'];
};


/**
 * What happens from now on, over server-sent events (`accept: text/event-stream`). A subscription ends when the access to
 * its ticket is taken away.
 */
export type SubscriptionTicketStatusChangedArgs = {
  ticketId: Scalars['ID']['input'];
};


/**
 * What happens from now on, over server-sent events (`accept: text/event-stream`). A subscription ends when the access to
 * its ticket is taken away.
 */
export type SubscriptionTicketEventsArgs = {
  ticketId: Scalars['ID']['input'];
  after?: InputMaybe<Scalars['Int']['input']>;
};



export type ResolverTypeWrapper<T> = Promise<T> | T;


export type ResolverWithResolve<TResult, TParent, TContext, TArgs> = {
  resolve: ResolverFn<TResult, TParent, TContext, TArgs>;
};
export type Resolver<TResult, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = ResolverFn<TResult, TParent, TContext, TArgs> | ResolverWithResolve<TResult, TParent, TContext, TArgs>;

export type ResolverFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => Promise<TResult> | TResult;

export type SubscriptionSubscribeFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => AsyncIterable<TResult> | Promise<AsyncIterable<TResult>>;

export type SubscriptionResolveFn<TResult, TParent, TContext, TArgs> = (
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;

export interface SubscriptionSubscriberObject<TResult, TKey extends string, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<{ [key in TKey]: TResult }, TParent, TContext, TArgs>;
  resolve?: SubscriptionResolveFn<TResult, { [key in TKey]: TResult }, TContext, TArgs>;
}

export interface SubscriptionResolverObject<TResult, TParent, TContext, TArgs> {
  subscribe: SubscriptionSubscribeFn<unknown, TParent, TContext, TArgs>;
  resolve: SubscriptionResolveFn<TResult, unknown, TContext, TArgs>;
}

export type SubscriptionObject<TResult, TKey extends string, TParent, TContext, TArgs> =
  | SubscriptionSubscriberObject<TResult, TKey, TParent, TContext, TArgs>
  | SubscriptionResolverObject<TResult, TParent, TContext, TArgs>;

export type SubscriptionResolver<TResult, TKey extends string, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> =
  | ((...args: unknown[]) => SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>)
  | SubscriptionObject<TResult, TKey, TParent, TContext, TArgs>;

export type TypeResolveFn<TTypes, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (
  parent: TParent,
  context: TContext,
  info: GraphQLResolveInfo
) => Maybe<TTypes> | Promise<Maybe<TTypes>>;

export type IsTypeOfResolverFn<T = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>> = (obj: T, context: TContext, info: GraphQLResolveInfo) => boolean | Promise<boolean>;

export type NextResolverFn<T> = () => Promise<T>;

export type DirectiveResolverFn<TResult = Record<PropertyKey, never>, TParent = Record<PropertyKey, never>, TContext = Record<PropertyKey, never>, TArgs = Record<PropertyKey, never>> = (
  next: NextResolverFn<TResult>,
  parent: TParent,
  args: TArgs,
  context: TContext,
  info: GraphQLResolveInfo
) => TResult | Promise<TResult>;





/** Mapping between all available schema types and the resolvers types */
export type ResolversTypes = {
  DateTime: ResolverTypeWrapper<Scalars['DateTime']['output']>;
  JSON: ResolverTypeWrapper<Scalars['JSON']['output']>;
  TicketStatus: ResolverTypeWrapper<StatusValue>;
  TicketType: ResolverTypeWrapper<TypeValue>;
  TicketPriority: ResolverTypeWrapper<PriorityValue>;
  MessageVisibility: ResolverTypeWrapper<VisibilityValue>;
  TicketSortField: null;
  SortDirection: SortDirection;
  User: ResolverTypeWrapper<PersonRef>;
  ID: ResolverTypeWrapper<Scalars['ID']['output']>;
  String: ResolverTypeWrapper<Scalars['String']['output']>;
  Boolean: ResolverTypeWrapper<Scalars['Boolean']['output']>;
  Team: ResolverTypeWrapper<TeamRef>;
  Grant: ResolverTypeWrapper<Grant>;
  Me: ResolverTypeWrapper<MeRow>;
  Ticket: ResolverTypeWrapper<TicketRow>;
  Int: ResolverTypeWrapper<Scalars['Int']['output']>;
  Message: ResolverTypeWrapper<MessageRow>;
  HistoryEntry: ResolverTypeWrapper<HistoryRow>;
  AuditEvent: ResolverTypeWrapper<AuditRow>;
  PageInfo: ResolverTypeWrapper<AnyConnection>;
  TicketConnection: ResolverTypeWrapper<Connection<TicketRow>>;
  TicketEdge: ResolverTypeWrapper<Edge<TicketRow>>;
  MessageConnection: ResolverTypeWrapper<Connection<MessageRow>>;
  MessageEdge: ResolverTypeWrapper<Edge<MessageRow>>;
  HistoryConnection: ResolverTypeWrapper<Connection<HistoryRow>>;
  HistoryEdge: ResolverTypeWrapper<Edge<HistoryRow>>;
  AuditEventConnection: ResolverTypeWrapper<Connection<AuditRow>>;
  AuditEventEdge: ResolverTypeWrapper<Edge<AuditRow>>;
  TicketFilter: TicketFilter;
  TicketSort: TicketSort;
  AuditFilter: AuditFilter;
  Query: ResolverTypeWrapper<Record<PropertyKey, never>>;
  CreateTicketInput: CreateTicketInput;
  UpdateTicketInput: UpdateTicketInput;
  ChangeTicketStatusInput: ChangeTicketStatusInput;
  AssignTicketInput: AssignTicketInput;
  ClaimTicketInput: ClaimTicketInput;
  SendMessageInput: SendMessageInput;
  CreateTicketPayload: ResolverTypeWrapper<Omit<CreateTicketPayload, 'ticket'> & { ticket: ResolversTypes['Ticket'] }>;
  UpdateTicketPayload: ResolverTypeWrapper<Omit<UpdateTicketPayload, 'ticket'> & { ticket: ResolversTypes['Ticket'] }>;
  ChangeTicketStatusPayload: ResolverTypeWrapper<Omit<ChangeTicketStatusPayload, 'ticket'> & { ticket: ResolversTypes['Ticket'] }>;
  AssignTicketPayload: ResolverTypeWrapper<Omit<AssignTicketPayload, 'ticket'> & { ticket: ResolversTypes['Ticket'] }>;
  ClaimTicketPayload: ResolverTypeWrapper<Omit<ClaimTicketPayload, 'ticket'> & { ticket: ResolversTypes['Ticket'] }>;
  SendMessagePayload: ResolverTypeWrapper<Omit<SendMessagePayload, 'message'> & { message: ResolversTypes['Message'] }>;
  Mutation: ResolverTypeWrapper<Record<PropertyKey, never>>;
  TicketStatusChange: ResolverTypeWrapper<EventRow>;
  TicketEvent: ResolverTypeWrapper<EventRow>;
  Subscription: ResolverTypeWrapper<Record<PropertyKey, never>>;
};

/** Mapping between all available schema types and the resolvers parents */
export type ResolversParentTypes = {
  DateTime: Scalars['DateTime']['output'];
  JSON: Scalars['JSON']['output'];
  User: PersonRef;
  ID: Scalars['ID']['output'];
  String: Scalars['String']['output'];
  Boolean: Scalars['Boolean']['output'];
  Team: TeamRef;
  Grant: Grant;
  Me: MeRow;
  Ticket: TicketRow;
  Int: Scalars['Int']['output'];
  Message: MessageRow;
  HistoryEntry: HistoryRow;
  AuditEvent: AuditRow;
  PageInfo: AnyConnection;
  TicketConnection: Connection<TicketRow>;
  TicketEdge: Edge<TicketRow>;
  MessageConnection: Connection<MessageRow>;
  MessageEdge: Edge<MessageRow>;
  HistoryConnection: Connection<HistoryRow>;
  HistoryEdge: Edge<HistoryRow>;
  AuditEventConnection: Connection<AuditRow>;
  AuditEventEdge: Edge<AuditRow>;
  TicketFilter: TicketFilter;
  TicketSort: TicketSort;
  AuditFilter: AuditFilter;
  Query: Record<PropertyKey, never>;
  CreateTicketInput: CreateTicketInput;
  UpdateTicketInput: UpdateTicketInput;
  ChangeTicketStatusInput: ChangeTicketStatusInput;
  AssignTicketInput: AssignTicketInput;
  ClaimTicketInput: ClaimTicketInput;
  SendMessageInput: SendMessageInput;
  CreateTicketPayload: Omit<CreateTicketPayload, 'ticket'> & { ticket: ResolversParentTypes['Ticket'] };
  UpdateTicketPayload: Omit<UpdateTicketPayload, 'ticket'> & { ticket: ResolversParentTypes['Ticket'] };
  ChangeTicketStatusPayload: Omit<ChangeTicketStatusPayload, 'ticket'> & { ticket: ResolversParentTypes['Ticket'] };
  AssignTicketPayload: Omit<AssignTicketPayload, 'ticket'> & { ticket: ResolversParentTypes['Ticket'] };
  ClaimTicketPayload: Omit<ClaimTicketPayload, 'ticket'> & { ticket: ResolversParentTypes['Ticket'] };
  SendMessagePayload: Omit<SendMessagePayload, 'message'> & { message: ResolversParentTypes['Message'] };
  Mutation: Record<PropertyKey, never>;
  TicketStatusChange: EventRow;
  TicketEvent: EventRow;
  Subscription: Record<PropertyKey, never>;
};

export interface DateTimeScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['DateTime'], unknown> {
  name: 'DateTime';
}

export interface JsonScalarConfig extends GraphQLScalarTypeConfig<ResolversTypes['JSON'], unknown> {
  name: 'JSON';
}

export type TicketStatusResolvers = { OPEN: 'open', IN_PROGRESS: 'in_progress', WAITING: 'waiting', RESOLVED: 'resolved', CLOSED: 'closed' };

export type TicketTypeResolvers = { INCIDENT: 'incident', REQUEST: 'request' };

export type TicketPriorityResolvers = { LOW: 'low', NORMAL: 'normal', HIGH: 'high', URGENT: 'urgent' };

export type MessageVisibilityResolvers = { PUBLIC: 'public', INTERNAL: 'internal' };

export type TicketSortFieldResolvers = { CREATED_AT: 'createdAt', UPDATED_AT: 'updatedAt', PRIORITY: 'priority', NUMBER: 'number' };

export type UserResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['User'] = ResolversParentTypes['User']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  email?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  active?: Resolver<Maybe<ResolversTypes['Boolean']>, ParentType, ContextType>;
  roles?: Resolver<Maybe<ReadonlyArray<ResolversTypes['String']>>, ParentType, ContextType>;
  teamIds?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ID']>>, ParentType, ContextType>;
  createdAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  updatedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
};

export type TeamResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Team'] = ResolversParentTypes['Team']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  name?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  memberIds?: Resolver<Maybe<ReadonlyArray<ResolversTypes['ID']>>, ParentType, ContextType>;
};

export type GrantResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Grant'] = ResolversParentTypes['Grant']> = {
  permission?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  scope?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
};

export type MeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Me'] = ResolversParentTypes['Me']> = {
  user?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  permissions?: Resolver<ReadonlyArray<ResolversTypes['Grant']>, ParentType, ContextType>;
};

export type TicketResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Ticket'] = ResolversParentTypes['Ticket']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  number?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  title?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  description?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['TicketType'], ParentType, ContextType>;
  status?: Resolver<ResolversTypes['TicketStatus'], ParentType, ContextType>;
  priority?: Resolver<ResolversTypes['TicketPriority'], ParentType, ContextType>;
  requester?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  assignee?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  team?: Resolver<Maybe<ResolversTypes['Team']>, ParentType, ContextType>;
  version?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  updatedAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  resolvedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  closedAt?: Resolver<Maybe<ResolversTypes['DateTime']>, ParentType, ContextType>;
  messages?: Resolver<Maybe<ResolversTypes['MessageConnection']>, ParentType, ContextType, Partial<TicketMessagesArgs>>;
  history?: Resolver<Maybe<ResolversTypes['HistoryConnection']>, ParentType, ContextType, RequireFields<TicketHistoryArgs, 'first'>>;
};

export type MessageResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Message'] = ResolversParentTypes['Message']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  ticketId?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  author?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  body?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  visibility?: Resolver<ResolversTypes['MessageVisibility'], ParentType, ContextType>;
  clientMessageId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  createdAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type HistoryEntryResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['HistoryEntry'] = ResolversParentTypes['HistoryEntry']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  from?: Resolver<Maybe<ResolversTypes['TicketStatus']>, ParentType, ContextType>;
  to?: Resolver<ResolversTypes['TicketStatus'], ParentType, ContextType>;
  actor?: Resolver<ResolversTypes['User'], ParentType, ContextType>;
  comment?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
};

export type AuditEventResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AuditEvent'] = ResolversParentTypes['AuditEvent']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  actor?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  action?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  entityType?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  entityId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  requestId?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  before?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  after?: Resolver<Maybe<ResolversTypes['JSON']>, ParentType, ContextType>;
  ip?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  hash?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type PageInfoResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['PageInfo'] = ResolversParentTypes['PageInfo']> = {
  hasNextPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  hasPreviousPage?: Resolver<ResolversTypes['Boolean'], ParentType, ContextType>;
  startCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  endCursor?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
};

export type TicketConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['TicketConnection'] = ResolversParentTypes['TicketConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Ticket']>, ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['TicketEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type TicketEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['TicketEdge'] = ResolversParentTypes['TicketEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Ticket'], ParentType, ContextType>;
};

export type MessageConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['MessageConnection'] = ResolversParentTypes['MessageConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['Message']>, ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['MessageEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type MessageEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['MessageEdge'] = ResolversParentTypes['MessageEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
};

export type HistoryConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['HistoryConnection'] = ResolversParentTypes['HistoryConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['HistoryEntry']>, ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['HistoryEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
};

export type HistoryEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['HistoryEdge'] = ResolversParentTypes['HistoryEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['HistoryEntry'], ParentType, ContextType>;
};

export type AuditEventConnectionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AuditEventConnection'] = ResolversParentTypes['AuditEventConnection']> = {
  nodes?: Resolver<ReadonlyArray<ResolversTypes['AuditEvent']>, ParentType, ContextType>;
  edges?: Resolver<ReadonlyArray<ResolversTypes['AuditEventEdge']>, ParentType, ContextType>;
  pageInfo?: Resolver<ResolversTypes['PageInfo'], ParentType, ContextType>;
  totalCount?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
};

export type AuditEventEdgeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AuditEventEdge'] = ResolversParentTypes['AuditEventEdge']> = {
  cursor?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  node?: Resolver<ResolversTypes['AuditEvent'], ParentType, ContextType>;
};

export type QueryResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Query'] = ResolversParentTypes['Query']> = {
  me?: Resolver<ResolversTypes['Me'], ParentType, ContextType>;
  ticket?: Resolver<Maybe<ResolversTypes['Ticket']>, ParentType, ContextType, RequireFields<QueryTicketArgs, 'id'>>;
  tickets?: Resolver<Maybe<ResolversTypes['TicketConnection']>, ParentType, ContextType, RequireFields<QueryTicketsArgs, 'first'>>;
  user?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType, RequireFields<QueryUserArgs, 'id'>>;
  team?: Resolver<Maybe<ResolversTypes['Team']>, ParentType, ContextType, RequireFields<QueryTeamArgs, 'id'>>;
  auditEvents?: Resolver<Maybe<ResolversTypes['AuditEventConnection']>, ParentType, ContextType, RequireFields<QueryAuditEventsArgs, 'first'>>;
};

export type CreateTicketPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['CreateTicketPayload'] = ResolversParentTypes['CreateTicketPayload']> = {
  ticket?: Resolver<ResolversTypes['Ticket'], ParentType, ContextType>;
};

export type UpdateTicketPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['UpdateTicketPayload'] = ResolversParentTypes['UpdateTicketPayload']> = {
  ticket?: Resolver<ResolversTypes['Ticket'], ParentType, ContextType>;
};

export type ChangeTicketStatusPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ChangeTicketStatusPayload'] = ResolversParentTypes['ChangeTicketStatusPayload']> = {
  ticket?: Resolver<ResolversTypes['Ticket'], ParentType, ContextType>;
};

export type AssignTicketPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['AssignTicketPayload'] = ResolversParentTypes['AssignTicketPayload']> = {
  ticket?: Resolver<ResolversTypes['Ticket'], ParentType, ContextType>;
};

export type ClaimTicketPayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['ClaimTicketPayload'] = ResolversParentTypes['ClaimTicketPayload']> = {
  ticket?: Resolver<ResolversTypes['Ticket'], ParentType, ContextType>;
};

export type SendMessagePayloadResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['SendMessagePayload'] = ResolversParentTypes['SendMessagePayload']> = {
  message?: Resolver<ResolversTypes['Message'], ParentType, ContextType>;
};

export type MutationResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Mutation'] = ResolversParentTypes['Mutation']> = {
  createTicket?: Resolver<Maybe<ResolversTypes['CreateTicketPayload']>, ParentType, ContextType, RequireFields<MutationCreateTicketArgs, 'input'>>;
  updateTicket?: Resolver<Maybe<ResolversTypes['UpdateTicketPayload']>, ParentType, ContextType, RequireFields<MutationUpdateTicketArgs, 'input'>>;
  changeTicketStatus?: Resolver<Maybe<ResolversTypes['ChangeTicketStatusPayload']>, ParentType, ContextType, RequireFields<MutationChangeTicketStatusArgs, 'input'>>;
  assignTicket?: Resolver<Maybe<ResolversTypes['AssignTicketPayload']>, ParentType, ContextType, RequireFields<MutationAssignTicketArgs, 'input'>>;
  claimTicket?: Resolver<Maybe<ResolversTypes['ClaimTicketPayload']>, ParentType, ContextType, RequireFields<MutationClaimTicketArgs, 'input'>>;
  sendMessage?: Resolver<Maybe<ResolversTypes['SendMessagePayload']>, ParentType, ContextType, RequireFields<MutationSendMessageArgs, 'input'>>;
};

export type TicketStatusChangeResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['TicketStatusChange'] = ResolversParentTypes['TicketStatusChange']> = {
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  from?: Resolver<Maybe<ResolversTypes['TicketStatus']>, ParentType, ContextType>;
  to?: Resolver<ResolversTypes['TicketStatus'], ParentType, ContextType>;
  actor?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  comment?: Resolver<Maybe<ResolversTypes['String']>, ParentType, ContextType>;
  at?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  ticket?: Resolver<Maybe<ResolversTypes['Ticket']>, ParentType, ContextType>;
};

export type TicketEventResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['TicketEvent'] = ResolversParentTypes['TicketEvent']> = {
  id?: Resolver<ResolversTypes['ID'], ParentType, ContextType>;
  seq?: Resolver<ResolversTypes['Int'], ParentType, ContextType>;
  type?: Resolver<ResolversTypes['String'], ParentType, ContextType>;
  occurredAt?: Resolver<ResolversTypes['DateTime'], ParentType, ContextType>;
  actor?: Resolver<Maybe<ResolversTypes['User']>, ParentType, ContextType>;
  payload?: Resolver<ResolversTypes['JSON'], ParentType, ContextType>;
};

export type SubscriptionResolvers<ContextType = GraphContext, ParentType extends ResolversParentTypes['Subscription'] = ResolversParentTypes['Subscription']> = {
  messageAdded?: SubscriptionResolver<Maybe<ResolversTypes['Message']>, "messageAdded", ParentType, ContextType, RequireFields<SubscriptionMessageAddedArgs, 'ticketId'>>;
  ticketStatusChanged?: SubscriptionResolver<Maybe<ResolversTypes['TicketStatusChange']>, "ticketStatusChanged", ParentType, ContextType, RequireFields<SubscriptionTicketStatusChangedArgs, 'ticketId'>>;
  ticketEvents?: SubscriptionResolver<Maybe<ResolversTypes['TicketEvent']>, "ticketEvents", ParentType, ContextType, RequireFields<SubscriptionTicketEventsArgs, 'ticketId'>>;
};

export type Resolvers<ContextType = GraphContext> = {
  DateTime?: GraphQLScalarType;
  JSON?: GraphQLScalarType;
  TicketStatus?: TicketStatusResolvers;
  TicketType?: TicketTypeResolvers;
  TicketPriority?: TicketPriorityResolvers;
  MessageVisibility?: MessageVisibilityResolvers;
  TicketSortField?: TicketSortFieldResolvers;
  User?: UserResolvers<ContextType>;
  Team?: TeamResolvers<ContextType>;
  Grant?: GrantResolvers<ContextType>;
  Me?: MeResolvers<ContextType>;
  Ticket?: TicketResolvers<ContextType>;
  Message?: MessageResolvers<ContextType>;
  HistoryEntry?: HistoryEntryResolvers<ContextType>;
  AuditEvent?: AuditEventResolvers<ContextType>;
  PageInfo?: PageInfoResolvers<ContextType>;
  TicketConnection?: TicketConnectionResolvers<ContextType>;
  TicketEdge?: TicketEdgeResolvers<ContextType>;
  MessageConnection?: MessageConnectionResolvers<ContextType>;
  MessageEdge?: MessageEdgeResolvers<ContextType>;
  HistoryConnection?: HistoryConnectionResolvers<ContextType>;
  HistoryEdge?: HistoryEdgeResolvers<ContextType>;
  AuditEventConnection?: AuditEventConnectionResolvers<ContextType>;
  AuditEventEdge?: AuditEventEdgeResolvers<ContextType>;
  Query?: QueryResolvers<ContextType>;
  CreateTicketPayload?: CreateTicketPayloadResolvers<ContextType>;
  UpdateTicketPayload?: UpdateTicketPayloadResolvers<ContextType>;
  ChangeTicketStatusPayload?: ChangeTicketStatusPayloadResolvers<ContextType>;
  AssignTicketPayload?: AssignTicketPayloadResolvers<ContextType>;
  ClaimTicketPayload?: ClaimTicketPayloadResolvers<ContextType>;
  SendMessagePayload?: SendMessagePayloadResolvers<ContextType>;
  Mutation?: MutationResolvers<ContextType>;
  TicketStatusChange?: TicketStatusChangeResolvers<ContextType>;
  TicketEvent?: TicketEventResolvers<ContextType>;
  Subscription?: SubscriptionResolvers<ContextType>;
};

