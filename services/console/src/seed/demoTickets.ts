/**
 * The tickets of the demo data: what the demo users reported and did, told relative to the moment of seeding.
 *
 * Pure data. The seeding plays every step through the real use-cases at its past moment, so the steps obey the same
 * rules as the agents and customers of a real desk do.
 */

/** Who acts in the demo: the local part of the demo user's address at opsdesk.local. */
export type DemoPerson = "admin" | "agent" | "agent2" | "netops" | "customer" | "customer2"

/** One thing somebody did to a demo ticket, `after` minutes since the step before. */
export type DemoStep =
  /** A public message. */
  | { readonly after: number; readonly by: DemoPerson; readonly say: string }
  /** An internal note, for agents only. */
  | { readonly after: number; readonly by: DemoPerson; readonly note: string }
  | {
    readonly after: number
    readonly by: DemoPerson
    readonly move: "open" | "in_progress" | "waiting" | "resolved" | "closed"
    readonly comment?: string
  }
  | { readonly after: number; readonly by: DemoPerson; readonly claim: true }
  | { readonly after: number; readonly by: DemoPerson; readonly assign: DemoPerson | null }
  | {
    readonly after: number
    readonly by: DemoPerson
    readonly set: {
      readonly priority?: "low" | "normal" | "high" | "urgent"
      readonly team?: "Support" | "Network"
      readonly title?: string
    }
  }

/** A demo ticket, and everything that happened to it. */
export interface DemoTicket {
  readonly title: string
  readonly description: string
  readonly type: "incident" | "request"
  readonly priority: "low" | "normal" | "high" | "urgent"
  readonly team: "Support" | "Network" | null
  readonly requester: "customer" | "customer2"
  /** How many hours before the seeding the ticket was opened. */
  readonly hoursAgo: number
  readonly steps: ReadonlyArray<DemoStep>
}

/** From the oldest to the newest. */
export const demoTickets: ReadonlyArray<DemoTicket> = [
  {
    title: "New starter in Accounting: laptop, accounts and badge",
    description: "Nadia Brandt starts in Accounting in two weeks. She needs:\n" +
      "- a laptop with docking station and two monitors\n" +
      "- a mail account and membership in the group accounting\n" +
      "- ERP access with the same roles as Jonas Keller\n" +
      "- a door badge for the main entrance and floor 2\n" +
      "Her desk is 2.14.",
    type: "request",
    priority: "normal",
    team: "Support",
    requester: "customer",
    hoursAgo: 1077,
    steps: [
      { after: 35, by: "admin", assign: "agent2" },
      { after: 50, by: "agent2", move: "in_progress" },
      {
        after: 6,
        by: "agent2",
        say: "Thanks, the list is complete. One question: the ERP roles of Jonas Keller include approving payments. " +
          "Should Nadia get that role as well?"
      },
      {
        after: 95,
        by: "customer",
        say: "No, please leave the approval out. Posting and reading is enough for her first months."
      },
      {
        after: 2920,
        by: "agent2",
        say: "Laptop nb-0412 is installed, the mail account exists and the ERP access is set up without payment " +
          "approval. The badge is ordered from Facilities."
      },
      {
        after: 7090,
        by: "agent2",
        say: "The badge has arrived. I will bring everything to desk 2.14 on her first day and go through the first " +
          "login with her."
      },
      {
        after: 10005,
        by: "agent2",
        move: "resolved",
        comment: "Equipment handed over. First login, second factor and ERP access were tested together with Nadia."
      },
      { after: 1480, by: "customer", move: "closed", comment: "Everything works, thank you for the good preparation." }
    ]
  },
  {
    title: "VPN disconnects every few minutes when working from home",
    description: "Since last week my VPN connection drops every five to ten minutes when I work from home. It " +
      "reconnects on its own, but every remote session and every file copy is lost. At the office and over a mobile " +
      "hotspot I do not have the problem. Two colleagues from my team, Tomas Reiter and Ilse Vogt, see the same.",
    type: "incident",
    priority: "normal",
    team: "Support",
    requester: "customer2",
    hoursAgo: 1034,
    steps: [
      { after: 22, by: "agent", claim: true },
      { after: 3, by: "agent", move: "in_progress" },
      {
        after: 4,
        by: "agent",
        say: "Does the connection drop when you are idle as well, or only while you copy files or work in a remote " +
          "session? And could you export the client log (Help, Save diagnostics) and put it into your transfer " +
          "folder?"
      },
      {
        after: 48,
        by: "customer2",
        say: "Now that you ask: when I leave it alone it stays up. It drops as soon as I copy something large or " +
          "open the warehouse application. The log is in the transfer folder, the last three drops are in it."
      },
      {
        after: 37,
        by: "agent",
        note: "Log of nb-0377: dead peer detection fires right after a large transfer starts, followed by a clean " +
          "renegotiation. All three users sit behind lines with a path MTU of 1460. Pings of 1300 bytes pass the " +
          "tunnel, 1400 bytes with DF set vanish without an ICMP reply. Points to the MTU on the gateways after last " +
          "week's firmware update, not to the client."
      },
      {
        after: 4,
        by: "agent",
        say: "Your laptop and your line are fine. The cause is most likely a setting on our VPN gateways, so I am " +
          "handing the ticket to the network team together with my findings."
      },
      { after: 1, by: "agent", set: { team: "Network" } },
      { after: 1, by: "agent", assign: "netops" },
      {
        after: 85,
        by: "netops",
        note: "Confirmed. The firmware update reset the tunnel MTU on vpn-gw-1 and vpn-gw-2 to 1500 and switched MSS " +
          "clamping off. Set MTU 1380 and MSS 1340 on vpn-gw-2 for a test; vpn-gw-1 left as it is for comparison."
      },
      {
        after: 6,
        by: "netops",
        say: "We corrected a setting on one of the two gateways. Please choose gateway 2 in the client, work with it " +
          "for a day and tell me whether it still drops."
      },
      {
        after: 1570,
        by: "customer2",
        say: "A full day without a single drop, large copies included. Tomas and Ilse say the same."
      },
      {
        after: 55,
        by: "netops",
        move: "resolved",
        comment: "The setting is now active on both gateways and saved in the configuration template. You can go " +
          "back to automatic gateway selection."
      },
      { after: 2900, by: "customer2", move: "closed" }
    ]
  },
  {
    title: "Printer on floor 2 prints grey streaks",
    description: "The printer next to the kitchen on floor 2 (prn-2f-01) prints grey streaks down the right side of " +
      "every page. We changed the toner yesterday, it did not help. Internal prints are fine for now, but we cannot " +
      "send invoices like that.",
    type: "incident",
    priority: "low",
    team: "Support",
    requester: "customer",
    hoursAgo: 985,
    steps: [
      { after: 140, by: "agent2", claim: true },
      {
        after: 3,
        by: "agent2",
        say: "Thanks for trying the toner first. Streaks along the paper path usually come from the drum unit; I " +
          "have one in stock and will change it. Until then please use prn-2f-02 for invoices."
      },
      { after: 2, by: "agent2", move: "in_progress" },
      {
        after: 1530,
        by: "agent2",
        move: "resolved",
        comment: "Drum unit replaced and the fuser cleaned. Twenty test pages without streaks."
      },
      { after: 180, by: "customer", say: "Looks good again, also on the thick paper." },
      { after: 1, by: "customer", move: "closed" }
    ]
  },
  {
    title: "No network in warehouse hall B",
    description: "Nothing in hall B has a network connection: the handheld scanners, both packing stations and the " +
      "label printers went offline all at once about ten minutes ago. Hall A works. We cannot ship anything from " +
      "hall B until this is fixed.",
    type: "incident",
    priority: "urgent",
    team: "Network",
    requester: "customer2",
    hoursAgo: 938,
    steps: [
      { after: 4, by: "netops", claim: true },
      { after: 1, by: "netops", move: "in_progress" },
      {
        after: 2,
        by: "netops",
        say: "I am on it. Could somebody look at the network cabinet next to gate 5 and tell me which of the devices " +
          "in it show lights?"
      },
      {
        after: 7,
        by: "customer2",
        say: "The device on top is lit. The large one below it is completely dark, no lights and no fan noise."
      },
      {
        after: 5,
        by: "netops",
        note: "sw-hall-b-1 unreachable, its uplink on sw-core-1 (Te1/0/14) went down without any errors before. The " +
          "UPS in the cabinet reports an overload on output bank 2, and the switch is connected to that bank. Power, " +
          "not network."
      },
      {
        after: 1,
        by: "netops",
        say: "The switch has lost power. I am on my way with a spare and will be there in ten minutes."
      },
      {
        after: 31,
        by: "netops",
        note: "A fan heater was plugged into the socket strip behind the UPS and tripped bank 2. Heater removed, " +
          "breaker reset, sw-hall-b-1 booted normally; all three access points are back. Spare not needed. The " +
          "cabinet was not locked."
      },
      {
        after: 2,
        by: "netops",
        say: "The switch is running again and I see your scanners coming back. Please check all stations."
      },
      {
        after: 12,
        by: "customer2",
        say: "Scanners and packing stations are back. One label printer, lp-b-03, is still offline."
      },
      {
        after: 9,
        by: "netops",
        say: "lp-b-03 had given up on getting an address. I restarted its port and it has printed a test label."
      },
      {
        after: 25,
        by: "netops",
        move: "resolved",
        comment: "Cause: the UPS output of the cabinet was overloaded by a heater. The cabinet now has a lock, and " +
          "Facilities will put a separate socket next to gate 5."
      },
      {
        after: 1440,
        by: "customer2",
        move: "closed",
        comment: "No further problems. I have told the shifts to keep their hands off the cabinet."
      }
    ]
  },
  {
    title: "Restore a deleted folder from fs-02",
    description: "Somebody in our team has deleted the folder Finance/Budget/Planning on fs-02 by mistake. We " +
      "noticed just now, it was still there yesterday. We need it back for the management meeting tomorrow.",
    type: "request",
    priority: "high",
    team: "Support",
    requester: "customer",
    hoursAgo: 887,
    steps: [
      { after: 9, by: "agent", claim: true },
      { after: 1, by: "agent", move: "in_progress" },
      {
        after: 3,
        by: "agent",
        say: "I can bring it back from last night's snapshot. Everything saved in it today would be missing. Shall I " +
          "put it into the original place, or next to it under another name?"
      },
      { after: 14, by: "customer", say: "Nobody has worked in it today, so the original place is fine." },
      {
        after: 38,
        by: "agent",
        move: "resolved",
        comment: "The folder is restored from last night's snapshot, 1,284 files with their permissions. Please open " +
          "two or three of the large workbooks to check."
      },
      {
        after: 46,
        by: "customer",
        say: "All there, and the links between the workbooks still work. Many thanks for the quick help."
      },
      { after: 2, by: "customer", move: "closed" }
    ]
  },
  {
    title: "Firewall rule: app-07 to the payment provider",
    description: "For the new payment interface, app-07 has to reach our payment provider:\n" +
      "- source: app-07 (10.20.4.17)\n" +
      "- destination: 203.0.113.40, TCP 443\n" +
      "- direction: outgoing only\n" +
      "The change is approved by Petra Holm from IT security. We want to start testing by the end of next week.",
    type: "request",
    priority: "normal",
    team: "Network",
    requester: "customer2",
    hoursAgo: 821,
    steps: [
      { after: 210, by: "netops", claim: true },
      {
        after: 12,
        by: "netops",
        say: "Is the single address guaranteed by the provider, or do they publish a range or a second site for " +
          "failover? I would rather not repeat the change in the middle of an outage."
      },
      { after: 1, by: "netops", move: "waiting" },
      {
        after: 2945,
        by: "customer2",
        say: "You were right to ask: there is a standby site, 198.51.100.40, same port. Petra has approved that one " +
          "too, the reference is CHG-311."
      },
      { after: 150, by: "netops", move: "in_progress" },
      {
        after: 1400,
        by: "netops",
        move: "resolved",
        comment: "Both destinations are open from app-07 on TCP 443. A connection test from the host succeeded to " +
          "both addresses."
      },
      { after: 4355, by: "customer2", move: "closed", comment: "Our test payments went through over both sites." }
    ]
  },
  {
    title: "Second monitor for the invoice desk",
    description: "At the invoice desk (2.17) we compare scanned invoices with the ERP all day and switch between " +
      "windows all the time. A second monitor would help a lot. The size of the existing one is fine.",
    type: "request",
    priority: "low",
    team: "Support",
    requester: "customer",
    hoursAgo: 769,
    steps: [
      { after: 1500, by: "agent2", claim: true },
      {
        after: 5,
        by: "agent2",
        say: "Understood. Hardware beyond the standard workplace needs the approval of your cost centre. Could you " +
          "get a short written confirmation from Mrs. Lorenz?"
      },
      { after: 1, by: "agent2", move: "waiting" },
      {
        after: 5675,
        by: "customer",
        say: "Mrs. Lorenz has approved it, her mail is on its way to you. Cost centre 4120."
      },
      { after: 200, by: "agent2", move: "in_progress" },
      {
        after: 45,
        by: "agent2",
        say: "Approval received and the monitor ordered, the supplier promises delivery within two weeks."
      },
      {
        after: 20090,
        by: "agent2",
        say: "The supplier has moved the delivery by three weeks. I keep the ticket on waiting and will come by as " +
          "soon as the monitor is here."
      },
      { after: 1, by: "agent2", move: "waiting" }
    ]
  },
  {
    title: "Suspicious mail asks us to confirm our mailbox password",
    description: "Several of us have received a mail with the subject 'Mailbox storage limit reached'. It asks us to " +
      "sign in through a link to keep the mailbox. The sender looks like our IT department, but the address behind " +
      "it is different. Is this from you?",
    type: "incident",
    priority: "normal",
    team: "Support",
    requester: "customer",
    hoursAgo: 703,
    steps: [
      { after: 5, by: "agent", claim: true },
      { after: 1, by: "agent", set: { priority: "high" } },
      { after: 1, by: "agent", move: "in_progress" },
      {
        after: 2,
        by: "agent",
        say: "No, this is not from us, it is a phishing mail. Please do not open the link. Do you know whether " +
          "anybody has entered a password on that page?"
      },
      {
        after: 11,
        by: "customer",
        say: "Rieke Albers opened it and typed in her password before she became suspicious. She is sitting next to " +
          "me. The others have not touched it."
      },
      {
        after: 3,
        by: "agent",
        say: "Thank you for telling me right away, and thanks to Rieke as well. I am signing her out everywhere and " +
          "resetting her password now; I will call her extension in a minute."
      },
      {
        after: 42,
        by: "agent",
        note: "mx-1 delivered the mail to 41 mailboxes. The link leads to a copy of our webmail sign-in on " +
          "198.51.100.23. Proxy log: three clients opened it, only r.albers sent a form. Her password is reset and " +
          "her sessions are revoked; one sign-in attempt from abroad eight minutes after the form failed at the " +
          "second factor. No forwarding rules in her mailbox."
      },
      {
        after: 35,
        by: "agent",
        note: "Mail removed from all 41 mailboxes, sender domain and target address blocked on mx-1 and the proxy. " +
          "The two other users who opened the link were called, they entered nothing. IT security (Petra Holm) is " +
          "informed."
      },
      {
        after: 20,
        by: "agent",
        move: "resolved",
        comment: "The mail is removed from all mailboxes and the page is blocked. Nobody has got into Rieke's " +
          "mailbox: the second factor stopped the only attempt."
      },
      {
        after: 1455,
        by: "customer",
        move: "closed",
        comment: "Thank you. I have passed the information on to the whole department."
      }
    ]
  },
  {
    title: "Nightly backup of db-03 has failed twice",
    description: "The report of the nightly backups shows db-03 as failed for the last two nights. That is the " +
      "database of the warehouse application. The reports before that were green. Please check; without a backup I " +
      "do not want to start our release.",
    type: "incident",
    priority: "high",
    team: "Support",
    requester: "customer2",
    hoursAgo: 652,
    steps: [
      { after: 31, by: "agent2", claim: true },
      { after: 4, by: "agent2", move: "in_progress" },
      {
        after: 44,
        by: "agent2",
        note: "The job on bck-01 stops with 'no space left on device' while staging the dump on /var/backup. The " +
          "dump has grown from 180 to 240 GB within a month, the staging volume has 400 GB and still holds the " +
          "previous dump. Previous dump removed, job started by hand."
      },
      {
        after: 3,
        by: "agent2",
        say: "The backup ran out of space on the backup server. I have made room and started the job by hand, it " +
          "takes about two hours."
      },
      {
        after: 150,
        by: "agent2",
        move: "resolved",
        comment: "The backup of db-03 finished without errors, and a test restore of one table was successful."
      },
      {
        after: 1840,
        by: "customer2",
        move: "open",
        comment: "Last night's backup has failed again, with the same message in the report."
      },
      { after: 25, by: "agent2", move: "in_progress" },
      {
        after: 50,
        by: "agent2",
        note: "Freeing the volume was not enough: retention keeps the old dump until the new one is verified, so " +
          "both must fit. Volume on bck-01 extended to 900 GB and compression changed, the dump is now 95 GB. Added " +
          "a check that warns below 30 % free space."
      },
      {
        after: 4,
        by: "agent2",
        say: "Sorry about that. The volume must hold two dumps at the same time, which it no longer could. I have " +
          "more than doubled it and made the dumps smaller. I will watch the next two nights before I resolve this."
      },
      {
        after: 2910,
        by: "agent2",
        move: "resolved",
        comment: "Two nights in a row without errors, and there is now a warning well before the space runs out."
      },
      { after: 95, by: "customer2", say: "Confirmed, both reports are green. We start the release." },
      { after: 4320, by: "customer2", move: "closed" }
    ]
  },
  {
    title: "Better Wi-Fi at the far end of hall A",
    description: "Between rows 30 and 36 in hall A the scanners often lose the connection and the pickers have to " +
      "walk back a few rows to book. It has been like that since the high racks were built. Could you look into an " +
      "additional access point?",
    type: "request",
    priority: "low",
    team: "Network",
    requester: "customer2",
    hoursAgo: 598,
    steps: [
      { after: 2980, by: "netops", claim: true },
      {
        after: 10,
        by: "netops",
        say: "The racks shield the signal, so that fits. I would like to measure on site with the racks full. When " +
          "is a quiet hour in hall A?"
      },
      {
        after: 320,
        by: "customer2",
        say: "The hour after the late shift has finished is best. The shift lead, Marek Sokol, will let you in."
      },
      { after: 4395, by: "netops", move: "in_progress" },
      {
        after: 45,
        by: "netops",
        note: "Survey of hall A: -78 to -84 dBm from row 29 on, SNR below 15 dB, retries above 30 %. ap-a-04 is " +
          "mounted above the racks and radiates along the roof. Two access points with directional antennas at rows " +
          "31 and 35, mounted at 4 m, would cover it. sw-hall-a-2 has PoE budget for both, cabling is missing."
      },
      {
        after: 20,
        by: "netops",
        say: "The measurement confirms it: we need two access points with other antennas, mounted lower. I have " +
          "requested a quote for the cabling."
      },
      {
        after: 13000,
        by: "netops",
        say: "The cabling is ordered. The electrician will come at the beginning of next month, the access points " +
          "are already here."
      }
    ]
  },
  {
    title: "Door badge no longer opens the stairwell on floor 2",
    description: "My badge opens the main entrance but no longer the stairwell door on floor 2. The reader blinks " +
      "red twice. It worked until two days ago. My badge number is 20731.",
    type: "incident",
    priority: "normal",
    team: "Support",
    requester: "customer",
    hoursAgo: 551,
    steps: [
      { after: 75, by: "agent", claim: true },
      { after: 2, by: "agent", move: "in_progress" },
      {
        after: 30,
        by: "agent",
        say: "Your badge was in the group 'floor 2 temporary', which expired two days ago. I have moved it to the " +
          "permanent group. The reader takes up to fifteen minutes to learn it, please try again then."
      },
      { after: 55, by: "customer", say: "It works again. Nobody had told me that my access was temporary." },
      {
        after: 8,
        by: "agent",
        move: "resolved",
        comment: "Badge 20731 now has permanent access to floor 2. The four other badges in the expired group were " +
          "corrected as well."
      },
      { after: 2880, by: "agent", move: "closed" }
    ]
  },
  {
    title: "No picture on the display in meeting room 3.02",
    description: "The display in meeting room 3.02 stays black when a laptop is connected, with the cable as well as " +
      "with the wireless adapter. We tried three different laptops. We have visitors in the room the day after " +
      "tomorrow.",
    type: "incident",
    priority: "normal",
    team: "Support",
    requester: "customer",
    hoursAgo: 502,
    steps: [
      { after: 48, by: "agent2", claim: true },
      { after: 20, by: "agent2", move: "in_progress" },
      {
        after: 35,
        by: "agent2",
        say: "The display itself is fine, it was set to an input that does not exist in this room. I have switched " +
          "it back and locked the input selection."
      },
      { after: 3, by: "agent2", move: "resolved" },
      { after: 260, by: "customer", move: "closed", comment: "Picture is back, thanks." },
      {
        after: 7320,
        by: "customer",
        move: "open",
        comment: "Unfortunately the display is black again, this time it flickers for a few seconds first. Touching " +
          "the cable at the table makes it better or worse."
      },
      { after: 65, by: "agent2", move: "in_progress" },
      {
        after: 130,
        by: "agent2",
        say: "The cable in the table box is broken near the plug, so the input setting was only half of the story. I " +
          "have laid a temporary cable across the table and ordered a new one for the box."
      },
      { after: 20, by: "customer", say: "The temporary cable is fine for now." },
      {
        after: 8585,
        by: "agent2",
        move: "resolved",
        comment: "New cable installed in the table box and tested with two laptops, also while moving the plug."
      }
    ]
  },
  {
    title: "DNS record for the new returns application",
    description: "Please create returns.corp.example for the new returns application. It should point to the load " +
      "balancer lb-02 (10.20.8.12), internal only. Go-live is in ten days, we would like to test under the final " +
      "name before.",
    type: "request",
    priority: "normal",
    team: "Network",
    requester: "customer2",
    hoursAgo: 457,
    steps: [
      { after: 95, by: "netops", claim: true },
      { after: 5, by: "netops", move: "in_progress" },
      {
        after: 22,
        by: "netops",
        move: "resolved",
        comment: "returns.corp.example is an alias of lb-02 in the internal zone. The time to live is five minutes " +
          "until your go-live, so that we can change it quickly."
      },
      {
        after: 70,
        by: "customer2",
        say: "Resolves from the office and over VPN. One more thing: will the name be visible from outside?"
      },
      { after: 18, by: "netops", say: "No, it exists in the internal zone only. From outside the name is unknown." }
    ]
  },
  {
    title: "Desk phones on floor 2: callers cannot hear us",
    description: "Since yesterday callers often cannot hear us, or only after five to ten seconds. We hear them " +
      "clearly. It affects several desk phones in Accounting, but not all of them; the phones on the window side are " +
      "fine.",
    type: "incident",
    priority: "normal",
    team: "Support",
    requester: "customer",
    hoursAgo: 409,
    steps: [
      { after: 41, by: "agent", claim: true },
      { after: 2, by: "agent", move: "in_progress" },
      {
        after: 6,
        by: "agent",
        say: "Please give me two or three extensions with the problem and one that works, then I can compare them."
      },
      { after: 38, by: "customer", say: "With problems: 2214, 2217 and 2219. Without: 2225." },
      {
        after: 55,
        by: "agent",
        note: "2214, 2217 and 2219 have addresses from 10.30.2.0/24 (client VLAN), 2225 from 10.31.2.0/24 (voice " +
          "VLAN). The affected phones all hang on sw-2f-1 ports 9-20, which was replaced the evening before last. " +
          "Registration works, but outgoing audio from the client VLAN to pbx-01 is dropped by the firewall until " +
          "the session is relayed."
      },
      {
        after: 3,
        by: "agent",
        say: "The affected phones are in the wrong network segment since the switch on your floor was replaced. The " +
          "network team has to correct that, I am passing it on with the list of ports."
      },
      { after: 1, by: "agent", set: { team: "Network" } },
      { after: 1, by: "agent", assign: "netops" },
      {
        after: 70,
        by: "netops",
        note: "Voice VLAN was missing in the port template of the new sw-2f-1. Added on ports 9-20 and corrected in " +
          "the template. The phones need a restart to get the right address, done over PoE."
      },
      {
        after: 4,
        by: "netops",
        move: "resolved",
        comment: "The switch ports are corrected and all twelve phones were restarted. Test calls from 2214 and 2219 " +
          "have sound in both directions."
      },
      { after: 150, by: "customer", say: "No complaints since. Thank you both." }
    ]
  },
  {
    title: "Shared mailbox for returns",
    description: "For the new returns application we need a shared mailbox returns@corp.example. Members should be " +
      "the six people of the returns desk, and the application itself has to be able to send from it.",
    type: "request",
    priority: "low",
    team: "Support",
    requester: "customer2",
    hoursAgo: 366,
    steps: [
      { after: 300, by: "agent", claim: true },
      {
        after: 8,
        by: "agent",
        say: "I can set that up. A shared mailbox needs an owner who confirms the members once a year, and I need " +
          "the six names. Who should be the owner?"
      },
      { after: 1, by: "agent", move: "waiting" },
      {
        after: 4340,
        by: "customer2",
        say: "Members are Sven Adler, Lucia Marino, Piet Hansen, Olga Dorn, Amir Fadel and Hanna Weiss. The owner " +
          "has to be somebody from management, I am still clarifying that."
      },
      {
        after: 130,
        by: "agent",
        say: "Thanks, the members are noted. As soon as I know the owner it takes less than an hour."
      },
      {
        after: 10115,
        by: "agent",
        say: "Is there news about the owner? If it helps, the head of Logistics can name a deputy for the yearly " +
          "confirmation."
      }
    ]
  },
  {
    title: "Monitoring reports disk almost full on app-07",
    description: "The monitoring has been sending 'disk usage 95 %' for app-07 for an hour, volume /var. The payment " +
      "interface runs on it. It grew by two percent since the first alert, so I am worried about tonight.",
    type: "incident",
    priority: "high",
    team: "Support",
    requester: "customer2",
    hoursAgo: 335,
    steps: [
      { after: 12, by: "agent2", claim: true },
      { after: 1, by: "agent2", move: "in_progress" },
      {
        after: 28,
        by: "agent2",
        note: "/var/log/payment holds 61 GB: log level DEBUG since the last deployment, and rotation fails because " +
          "the log directory belongs to another user than the rotation config expects. Compressed the rotated files " +
          "(61 to 7 GB) and fixed the owner in the rotation config; usage is now 48 %."
      },
      {
        after: 4,
        by: "agent2",
        say: "There is no danger for tonight any more, the volume is at 48 %. The cause is the payment interface, " +
          "which has been writing debug logs since the last deployment. May I set the log level back to INFO? That " +
          "needs a restart of the service of about ten seconds."
      },
      {
        after: 52,
        by: "customer2",
        say: "Yes, please do it now, there are no payment runs before the evening. The debug level was left over " +
          "from our tests."
      },
      {
        after: 19,
        by: "agent2",
        move: "resolved",
        comment: "Log level is back to INFO, the service was restarted and rotation works again. Growth is now about " +
          "200 MB a day."
      }
    ]
  },
  {
    title: "ERP very slow when posting invoices",
    description: "Posting an invoice in the ERP takes 30 to 40 seconds, normally it is two or three. It is worst in " +
      "the hours before noon. All five of us in accounts payable are affected, opening and searching documents is " +
      "normal. Month end is coming and we will not get through our pile like this.",
    type: "incident",
    priority: "normal",
    team: "Support",
    requester: "customer",
    hoursAgo: 309,
    steps: [
      { after: 26, by: "agent", claim: true },
      { after: 1, by: "agent", set: { priority: "high" } },
      { after: 2, by: "agent", move: "in_progress" },
      {
        after: 7,
        by: "agent",
        say: "I am looking at it on the server side. Does it happen with every invoice, or mainly with those that " +
          "have many lines or an attachment?"
      },
      {
        after: 33,
        by: "customer",
        say: "With every invoice, even with a single line. Credit notes are quick, strangely."
      },
      {
        after: 110,
        by: "agent",
        note: "During a slow posting the session on db-01 waits on a row lock in the number range table of incoming " +
          "invoices. The lock is held for 20-30 s by the user svc_archive: the archiving job opens one transaction " +
          "per batch of 500 documents and draws numbers from the same range. Credit notes use another range, which " +
          "explains the difference."
      },
      {
        after: 5,
        by: "agent",
        say: "I have found what your postings wait for: the archiving job blocks the invoice numbers while it runs. " +
          "I am moving it to the night, please watch whether tomorrow is better."
      },
      {
        after: 1530,
        by: "customer",
        say: "Much better today, three to five seconds. Once it took half a minute again, shortly before noon."
      },
      {
        after: 140,
        by: "agent",
        note: "The remaining peak matches a manual start of the archiving by the archive team after a failed night " +
          "run. As long as the batch size is 500 this can come back. Asked the ERP vendor for a way to commit per " +
          "document, case 88-4127."
      },
      {
        after: 10,
        by: "agent",
        say: "That was a manual start of the same job. I have asked the archive team not to do that during the day, " +
          "and the vendor for a change of the job itself."
      },
      {
        after: 5760,
        by: "customer",
        say: "Postings have been fine for days now. Please keep this open until month end is through."
      },
      {
        after: 45,
        by: "agent",
        say: "Will do. The vendor has announced the correction for their next patch; I will test it on erp-test first."
      },
      {
        after: 4320,
        by: "agent",
        note: "Patch from the vendor received and installed on erp-test. Postings during an archiving run with batch " +
          "size 500 now take 2.1 s on average. Production is planned for the next maintenance window, after month " +
          "end."
      }
    ]
  },
  {
    title: "Copy of the warehouse database for the test system",
    description: "Our release test needs a fresh copy of the warehouse database (db-03) on db-03-test. The present " +
      "copy is four months old. Personal data of drivers and customers has to be anonymised as before.",
    type: "request",
    priority: "normal",
    team: "Support",
    requester: "customer2",
    hoursAgo: 282,
    steps: [
      { after: 180, by: "agent2", claim: true },
      {
        after: 6,
        by: "agent2",
        say: "Gladly. The restore overwrites db-03-test completely and takes about three hours. When may the test " +
          "system be unavailable?"
      },
      { after: 75, by: "customer2", say: "Any time from now on, nobody is testing until we have the copy." },
      { after: 20, by: "agent2", move: "in_progress" },
      {
        after: 345,
        by: "agent2",
        move: "resolved",
        comment: "db-03-test now holds last night's backup. The anonymisation script ran afterwards; I checked " +
          "drivers, customers and contacts with samples. The application users have their test passwords again."
      },
      {
        after: 1440,
        by: "customer2",
        say: "The data is as we need it. We are testing this week and close the ticket when we are through."
      }
    ]
  },
  {
    title: "Replacement for a five-year-old laptop",
    description: "My laptop (nb-0198) is five years old, takes ten minutes to start and the battery lasts half an " +
      "hour. According to the inventory it should have been replaced last year. I work from home two days a week and " +
      "need a docking station at both places.",
    type: "request",
    priority: "normal",
    team: "Support",
    requester: "customer",
    hoursAgo: 256,
    steps: [
      { after: 330, by: "agent", claim: true },
      {
        after: 9,
        by: "agent",
        say: "You are right, nb-0198 is due. The standard model is in stock; I will prepare nb-0431 for you, with " +
          "two docking stations."
      },
      { after: 1, by: "agent", move: "in_progress" },
      {
        after: 4370,
        by: "agent",
        say: "nb-0431 is ready. The exchange takes about an hour, during which your files and your mail profile are " +
          "taken over. Please suggest two dates that suit you."
      },
      { after: 2, by: "agent", move: "waiting" },
      {
        after: 1455,
        by: "customer",
        say: "I am away until the end of the week and will send you dates when I am back."
      }
    ]
  },
  {
    title: "Scanners in hall A do not get a connection after the shift change",
    description: "At every shift change some of the handheld scanners in hall A show 'no IP address' for up to half " +
      "an hour. Signal strength is good. Restarting helps sometimes. Yesterday it was eight of forty devices.",
    type: "incident",
    priority: "normal",
    team: null,
    requester: "customer2",
    hoursAgo: 230,
    steps: [
      { after: 17, by: "admin", set: { team: "Network" } },
      { after: 1, by: "admin", assign: "netops" },
      { after: 40, by: "netops", move: "in_progress" },
      {
        after: 65,
        by: "netops",
        note: "Scope 10.40.1.0/24 on dhcp-01: 236 of 240 addresses leased, lease time eight days. The scanners use " +
          "random MAC addresses since the last firmware, so every device that was off takes a new lease. 112 leases " +
          "belong to devices that are gone. At shift change 40 devices come up at once and the scope is empty."
      },
      {
        after: 5,
        by: "netops",
        say: "The address range for hall A is exhausted at shift change. I have removed the stale entries and " +
          "shortened the lease time. Could your device administrator switch off 'random hardware address' in the " +
          "scanner profile?"
      },
      { after: 190, by: "customer2", say: "Done, the profile is rolled out to all devices of both halls." },
      { after: 1470, by: "customer2", say: "The last two shift changes were without a problem." },
      {
        after: 85,
        by: "netops",
        move: "resolved",
        comment: "Lease time is now eight hours and the range has been extended. At the last shift change 96 of 490 " +
          "addresses were in use."
      }
    ]
  },
  {
    title: "Cannot sign in: second factor is on my old phone",
    description: "I got a new mobile phone and had to hand in the old one. Now the sign-in asks for a code from the " +
      "app on the old phone and I cannot get into mail or the ERP. I am writing from a colleague's computer.",
    type: "incident",
    priority: "normal",
    team: "Support",
    requester: "customer",
    hoursAgo: 207,
    steps: [
      { after: 8, by: "agent2", claim: true },
      {
        after: 3,
        by: "agent2",
        say: "I can reset the second factor, but I have to be sure that it is you. Please come to the service desk " +
          "in 1.05 with your badge, or I call you back on your desk extension."
      },
      { after: 6, by: "customer", say: "I am coming down now." },
      { after: 15, by: "agent2", move: "in_progress" },
      {
        after: 14,
        by: "agent2",
        move: "resolved",
        comment: "Identity checked by badge. Second factor registered on the new phone, recovery codes handed over. " +
          "Please keep them somewhere other than on the phone."
      }
    ]
  },
  {
    title: "Certificate of the customer portal expires in 20 days",
    description: "Our monitoring warns that the certificate of portal.corp.example expires in 20 days. Please renew " +
      "it. Last time the mobile scanners stopped trusting the portal because the intermediate certificate was " +
      "missing, so please include the whole chain.",
    type: "request",
    priority: "normal",
    team: "Network",
    requester: "customer2",
    hoursAgo: 185,
    steps: [
      { after: 160, by: "netops", claim: true },
      { after: 10, by: "netops", move: "in_progress" },
      {
        after: 25,
        by: "netops",
        say: "The renewal is requested. I will install the full chain on lb-01 and lb-02 and test it with one of " +
          "your scanners before the change. Which device can I borrow?"
      },
      {
        after: 1380,
        by: "customer2",
        say: "Take scanner SC-17 from the charging station in the shift office, it is a spare."
      },
      {
        after: 2905,
        by: "netops",
        say: "The new certificate is here. With the full chain SC-17 accepts it on the test listener of lb-02. I " +
          "suggest changing production within the maintenance window next week."
      }
    ]
  },
  {
    title: "Calendar invitations from the Lisbon office appear one hour late",
    description: "When colleagues in Lisbon invite us to a meeting, it shows up one hour too late in our calendars. " +
      "Invitations we send to them are right. It has happened with at least three people there.",
    type: "incident",
    priority: "low",
    team: "Support",
    requester: "customer",
    hoursAgo: 164,
    steps: [
      { after: 410, by: "agent2", claim: true },
      {
        after: 14,
        by: "agent2",
        say: "That sounds like a wrong time zone in the sender's calendar profile. Could you forward me one of the " +
          "invitations as an attachment and name the three colleagues?"
      },
      {
        after: 95,
        by: "customer",
        say: "One invitation is on its way to you. The colleagues are Rui Teles, Marta Nobre and Ines Prado."
      },
      { after: 120, by: "agent2", move: "in_progress" },
      {
        after: 30,
        by: "agent2",
        say: "The invitation carries the time zone of our office although it was created with Lisbon time. I have " +
          "written to all three with the setting to change; as soon as one of them has done it, please let them send " +
          "you a new test invitation."
      },
      { after: 1, by: "agent2", move: "waiting" }
    ]
  },
  {
    title: "Connection to the branch in Kiel is slow and drops packets",
    description: "Since yesterday everything towards the branch in Kiel is slow: remote sessions freeze for seconds, " +
      "and the nightly stock synchronisation took four hours instead of forty minutes. A continuous ping to their " +
      "server fs-kiel-1 loses between 3 and 8 percent.",
    type: "incident",
    priority: "high",
    team: "Network",
    requester: "customer2",
    hoursAgo: 143,
    steps: [
      { after: 14, by: "netops", claim: true },
      { after: 2, by: "netops", move: "in_progress" },
      {
        after: 38,
        by: "netops",
        note: "Loss only in the direction rt-hq-1 to rt-kiel-1, and only above 60 Mbit/s. rt-hq-1 Gi0/0/1 shows " +
          "input errors and late collisions: the port has been running at 100/half since the provider changed their " +
          "device two days ago, whose port was set to 100/full without negotiation. The provider has switched " +
          "negotiation on, the link is now 1000/full and the errors have stopped."
      },
      {
        after: 4,
        by: "netops",
        say: "Our router and the provider's new device had agreed on the wrong speed. That is corrected, loss is at " +
          "zero for the last twenty minutes."
      },
      {
        after: 60,
        by: "netops",
        move: "resolved",
        comment: "No packet loss for an hour, throughput to Kiel is back at 480 Mbit/s."
      },
      {
        after: 2925,
        by: "customer2",
        move: "open",
        comment: "It was good for two days, but for a few hours now the ping has been losing packets again, about 2 " +
          "percent. Sessions freeze less often than the first time, but they do."
      },
      { after: 16, by: "netops", move: "in_progress" },
      {
        after: 3,
        by: "netops",
        say: "I see it too. The speed setting has held, so this is something else. I am measuring on both ends."
      },
      {
        after: 95,
        by: "netops",
        note: "No errors on our ports any more. Loss starts between the provider's access device and their first " +
          "hop, in both directions, and their optical receive level has fallen from -14 to -24 dBm over two days. " +
          "Dirty connector or bent fibre on their side. Provider ticket P-55810 opened, priority 1. Stock " +
          "synchronisation and voice moved to the backup line."
      },
      {
        after: 5,
        by: "netops",
        say: "This time the fault is on the provider's fibre, they have confirmed it. Until they have repaired it, " +
          "the synchronisation and the phones run over the backup line. Do you still notice anything?"
      },
      {
        after: 110,
        by: "customer2",
        say: "Phones are fine and the synchronisation was through in 55 minutes. Remote sessions are usable."
      },
      {
        after: 1410,
        by: "netops",
        say: "The provider has sent a technician who found a damaged connector in the street cabinet. They will " +
          "replace the section within two days; we stay on the backup line until then."
      }
    ]
  },
  {
    title: "Licence for the diagram software",
    description: "For the documentation of our new payment process I need the diagram software that the project " +
      "office uses. One licence is enough, my laptop is nb-0198 for now. The cost centre is 4120.",
    type: "request",
    priority: "low",
    team: "Support",
    requester: "customer",
    hoursAgo: 121,
    steps: [
      { after: 130, by: "admin", assign: "agent2" },
      {
        after: 1415,
        by: "agent2",
        note: "Not started: no free licence in the pool, the next contract date with the reseller is in three weeks. " +
          "I am on training until then, so I am releasing it. Whoever takes it: ask the project office first, two of " +
          "their six licences have not been used for 90 days."
      },
      { after: 1, by: "agent2", assign: null }
    ]
  },
  {
    title: "Switch off the old test servers of the warehouse application",
    description: "With the new test system we no longer need the old servers wh-test-1 and wh-test-2. Please keep a " +
      "last backup for six months and remove them afterwards from monitoring, DNS and the firewall rules. There is " +
      "no hurry.",
    type: "request",
    priority: "low",
    team: null,
    requester: "customer2",
    hoursAgo: 104,
    steps: [
      {
        after: 190,
        by: "agent",
        say: "Before we plan this: do other systems still connect to wh-test-1? I see regular sessions from app-04 " +
          "in the connection list."
      },
      {
        after: 1490,
        by: "customer2",
        say: "That is the old label service. It should have moved to the new test system, I will ask the developers " +
          "and come back to you."
      }
    ]
  },
  {
    title: "Mails to one supplier come back as undeliverable",
    description: "All mails to the domain lindqvist-metals.example come back after a few minutes with '550 rejected " +
      "by policy'. Mails from them reach us. It started three days ago, others in purchasing have it too. Orders are " +
      "affected, at the moment we send them by fax.",
    type: "incident",
    priority: "normal",
    team: null,
    requester: "customer",
    hoursAgo: 90,
    steps: [
      { after: 55, by: "agent2", claim: true },
      { after: 2, by: "agent2", set: { team: "Support" } },
      { after: 1, by: "agent2", move: "in_progress" },
      {
        after: 6,
        by: "agent2",
        say: "Please forward me one of the returned messages as an attachment, I need the technical details at the " +
          "end of it."
      },
      { after: 24, by: "customer", say: "Sent. It is order 45-20988, the recipient is the order desk there." },
      {
        after: 48,
        by: "agent2",
        note: "The supplier rejects on DMARC: mail of the order system leaves through mx-2, and the address of mx-2 " +
          "(203.0.113.26, new since last week) is missing in our SPF record. Mail from the desktop clients takes the " +
          "same route since then. Other recipients are less strict and only mark it as spam. SPF has to be extended " +
          "and DKIM signing switched on for mx-2."
      },
      {
        after: 5,
        by: "agent2",
        say: "The fault is on our side: a new outgoing mail server is not listed as ours yet, and this supplier " +
          "checks strictly. I have requested the change of the public DNS record and will tell you when you can send " +
          "again."
      },
      {
        after: 1520,
        by: "agent2",
        say: "The record is changed and mails are now signed. Please send one of the orders again and tell me " +
          "whether it goes through."
      },
      {
        after: 160,
        by: "customer",
        say: "The order went through, thank you. A mail with a large scanned contract to their accounting came back " +
          "again, though. I have forwarded that one to you as well."
      }
    ]
  },
  {
    title: "Access for an external consultant",
    description: "Daria Wolska will support us for three months with the release of the warehouse application. She " +
      "needs VPN, read access to the database of the test system and an account for the ticket system of the " +
      "developers. She brings her own laptop.",
    type: "request",
    priority: "normal",
    team: "Support",
    requester: "customer2",
    hoursAgo: 77,
    steps: [
      { after: 130, by: "agent", claim: true },
      {
        after: 10,
        by: "agent",
        say: "For external people I need the signed confidentiality agreement and an end date. With her own laptop " +
          "she gets access through the terminal server ts-02, not through the full VPN. Is that sufficient?"
      },
      {
        after: 85,
        by: "customer2",
        say: "The terminal server is fine. The end date is three months from her start, next week. She has the " +
          "agreement for signature."
      },
      { after: 15, by: "agent", move: "waiting", comment: "Waiting for the signed agreement." }
    ]
  },
  {
    title: "Laptop switches off without warning",
    description: "My colleague's laptop nb-0355 switches off without warning two or three times a day, mostly in " +
      "video calls. It is hot underneath and the fan is loud. Unsaved work is lost each time.",
    type: "incident",
    priority: "normal",
    team: "Support",
    requester: "customer",
    hoursAgo: 66,
    steps: [
      { after: 38, by: "agent", claim: true },
      { after: 3, by: "agent", move: "in_progress" },
      {
        after: 60,
        by: "agent",
        say: "The hardware log shows emergency shutdowns because of temperature. Please bring the laptop to 1.05, " +
          "you get a loan device (nb-0290) for as long as we have it."
      },
      { after: 45, by: "customer", say: "He has exchanged it and is working on the loan device." },
      {
        after: 1420,
        by: "agent",
        say: "The fan bearing is worn and the cooling fins are blocked. A new fan is ordered under warranty, I " +
          "expect it the day after tomorrow."
      }
    ]
  },
  {
    title: "Guest Wi-Fi: sign-in page does not appear",
    description: "Visitors who connect to the guest Wi-Fi in the reception no longer see the page where they enter " +
      "the voucher. They are connected, but have no internet. With an address typed by hand the page appears on some " +
      "phones. The reception has to explain this to every visitor.",
    type: "incident",
    priority: "normal",
    team: "Network",
    requester: "customer2",
    hoursAgo: 54,
    steps: [
      { after: 170, by: "netops", claim: true },
      {
        after: 7,
        by: "netops",
        say: "Thank you for the detail with the typed address, that helps. As a workaround, the reception can ask " +
          "visitors to open http://guest.corp.example. I will look into the portal as soon as the line to Kiel is " +
          "repaired."
      }
    ]
  },
  {
    title: "Two new starters in Purchasing next month",
    description: "Two colleagues start in Purchasing on the first of next month, Milan Kovar and Esther Lindt. Both " +
      "need the standard workplace, mail, ERP roles for purchasing and badges for floors 1 and 2. Milan works from " +
      "home three days a week and needs VPN from the start.",
    type: "request",
    priority: "normal",
    team: "Support",
    requester: "customer",
    hoursAgo: 45,
    steps: [
      { after: 100, by: "admin", assign: "agent2" },
      {
        after: 150,
        by: "agent2",
        say: "I have both dates in my calendar. Are the desks already decided? I need them for the phones and the " +
          "network sockets."
      },
      { after: 75, by: "customer", say: "1.22 for Esther and 1.23 for Milan." }
    ]
  },
  {
    title: "Web shop orders do not arrive in the ERP",
    description: "No order from the web shop has arrived in the ERP for two hours, normally we get about sixty an " +
      "hour. The shop itself accepts orders. The interface on app-04 logs 'connection to erp-gw failed'. I suspect " +
      "the firewall, there was a change last night.",
    type: "incident",
    priority: "urgent",
    team: "Network",
    requester: "customer2",
    hoursAgo: 36,
    steps: [
      { after: 6, by: "netops", claim: true },
      { after: 1, by: "netops", move: "in_progress" },
      {
        after: 3,
        by: "netops",
        say: "I am checking the change of last night first. Are the orders queued, or are they lost?"
      },
      {
        after: 5,
        by: "customer2",
        say: "They are queued on app-04, nothing is lost so far. The queue holds about a day."
      },
      {
        after: 21,
        by: "netops",
        note: "The firewall passes app-04 to erp-gw:8443, the TCP handshake completes. The TLS handshake then ends " +
          "with 'certificate has expired': the certificate of erp-gw ran out two and a half hours ago, it was not in " +
          "the expiry monitoring. Last night's change is not related. Renewal of the internal certificate and the " +
          "restart of erp-gw belong to Support."
      },
      {
        after: 2,
        by: "netops",
        say: "It is not the firewall: the certificate of the ERP gateway has expired. I am handing this to Support, " +
          "my colleague there already knows by phone."
      },
      {
        after: 1,
        by: "netops",
        set: { team: "Support", title: "Web shop orders do not arrive in the ERP: certificate of erp-gw expired" }
      },
      { after: 1, by: "netops", assign: "agent2" },
      {
        after: 34,
        by: "agent2",
        note: "New certificate issued by the internal CA, installed on erp-gw and the gateway restarted. app-04 " +
          "connects again and drains its queue at about ten orders a minute. 214 orders were waiting."
      },
      {
        after: 2,
        by: "agent2",
        say: "The certificate is renewed and the queued orders are being transferred now, all 214 should be through " +
          "in less than half an hour. Please check for duplicates."
      },
      {
        after: 40,
        by: "customer2",
        say: "All transferred. We found one duplicate and cancelled it. New orders arrive immediately."
      },
      {
        after: 12,
        by: "agent2",
        say: "Good. I keep this ticket in progress until all internal certificates are in the expiry monitoring; " +
          "erp-gw was not the only one missing."
      }
    ]
  },
  {
    title: "Scan to mail does not work on floor 2",
    description: "Scanning to mail on prn-2f-02 ends with 'sending failed'. Copying and printing work. We scan about " +
      "a hundred receipts a day and now walk to floor 1 for that.",
    type: "incident",
    priority: "normal",
    team: "Support",
    requester: "customer",
    hoursAgo: 29,
    steps: [
      { after: 33, by: "agent2", claim: true },
      { after: 4, by: "agent2", move: "in_progress" },
      {
        after: 40,
        by: "agent2",
        say: "The printer was still using the old mail server, which was switched off last week. I have entered the " +
          "new one and a test scan arrived."
      },
      { after: 2, by: "agent2", move: "resolved" },
      {
        after: 310,
        by: "customer",
        move: "open",
        comment: "Single pages work now, but everything above about ten pages still fails with the same message."
      },
      {
        after: 50,
        by: "agent2",
        say: "Thank you for the number of pages, that points to the size limit of the new server. I will look at it " +
          "next."
      }
    ]
  },
  {
    title: "Four network sockets for the packing table in hall B",
    description: "We are setting up an additional packing table between gates 6 and 7 in hall B. It needs four " +
      "sockets: computer, label printer, scale and camera. The table arrives in two weeks. The camera needs power " +
      "over the network cable.",
    type: "request",
    priority: "normal",
    team: "Network",
    requester: "customer2",
    hoursAgo: 23,
    steps: []
  },
  {
    title: "Nobody can save files on the finance share",
    description: "For about twenty minutes nobody in Finance has been able to save files on fs-02, the message is " +
      "'the disk is write-protected'. Opening files works. The payment run has to be exported to this share within " +
      "the next hours, otherwise the salaries will be late.",
    type: "incident",
    priority: "urgent",
    team: "Support",
    requester: "customer",
    hoursAgo: 17,
    steps: [
      { after: 3, by: "agent", claim: true },
      { after: 1, by: "agent", move: "in_progress" },
      {
        after: 2,
        by: "agent",
        say: "I am looking at fs-02 now. Please do not try to move or rename anything on the share. How much time do " +
          "we have for the payment run?"
      },
      { after: 4, by: "customer", say: "The bank's deadline is in five hours, the export itself takes ten minutes." },
      {
        after: 45,
        by: "agent",
        say: "The volume went read-only to protect itself after an error of its storage path. No data is lost, but " +
          "it needs a check before we may write again. I have created a share 'finance-temp' on fs-03 for the " +
          "payment run, your whole group can write there."
      },
      {
        after: 38,
        by: "customer",
        say: "The export is done and the bank has accepted the file. That takes the pressure off."
      },
      {
        after: 215,
        by: "agent",
        say: "The check has finished without damage and the share is writable again. One of the two connections to " +
          "the storage is still down, a new cable is on its way; please tell me at once if saving becomes slow."
      }
    ]
  },
  {
    title: "Replication lag on db-05 keeps growing",
    description: "The monitoring shows a replication lag of 25 minutes on db-05, the copy that our reports read " +
      "from, and it grows minute by minute. The dispatch list is created from it and is already out of date. db-03, " +
      "the primary, looks normal.",
    type: "incident",
    priority: "high",
    team: "Support",
    requester: "customer2",
    hoursAgo: 11,
    steps: [
      { after: 18, by: "agent2", claim: true },
      { after: 2, by: "agent2", move: "in_progress" },
      {
        after: 36,
        by: "agent2",
        note: "Replay on db-05 waits for a report session (user rpt_dispatch) that has been open for 85 minutes with " +
          "a full scan of the movements table; the standby delays conflicting changes for as long as the query runs. " +
          "Same query runs in 4 s on db-03. On db-05 it uses another plan, presumably because the index on movements " +
          "was added without refreshing the statistics."
      },
      {
        after: 3,
        by: "agent2",
        say: "A stuck report on db-05 holds back the replication. May I end it? The dispatch list would have to be " +
          "started again afterwards."
      },
      { after: 9, by: "customer2", say: "Yes, end it. We create the list from the primary today." },
      {
        after: 50,
        by: "agent2",
        say: "The report is ended, the lag has fallen from 93 to 4 minutes and keeps falling. I am refreshing the " +
          "statistics and setting a time limit for reports, so that one report cannot do this again."
      }
    ]
  },
  {
    title: "Internet very slow on floor 3",
    description: "Web pages on floor 3 take up to half a minute to open, for about an hour now. The ERP and the file " +
      "shares are as fast as always. On floor 2 everything is normal. It is the same with cable and Wi-Fi.",
    type: "incident",
    priority: "normal",
    team: null,
    requester: "customer",
    hoursAgo: 7,
    steps: []
  },
  {
    title: "Packing stations in hall B lose the network for seconds",
    description: "Both packing stations in hall B lose the connection for a few seconds every couple of minutes. The " +
      "lights of their ports on sw-hall-b-2 go off and on again at the same time. The scanners on Wi-Fi are not " +
      "affected. Each time we have to start the packing dialog again.",
    type: "incident",
    priority: "high",
    team: "Network",
    requester: "customer2",
    hoursAgo: 5,
    steps: [
      {
        after: 65,
        by: "customer2",
        say: "Addition: the scale at gate 6 has been doing the same for half an hour. It is connected to the same " +
          "switch."
      }
    ]
  },
  {
    title: "Access to the folder of the annual audit",
    description: "The auditors need Jonas Keller and Nadia Brandt as contact persons. Please give both of them write " +
      "access to Finance/Audit on fs-02, and read access to Finance/Contracts. Mrs. Lorenz, the owner of both " +
      "folders, has agreed.",
    type: "request",
    priority: "normal",
    team: "Support",
    requester: "customer",
    hoursAgo: 3,
    steps: []
  },
  {
    title: "Customer portal cannot be reached from outside",
    description: "Customers are calling because portal.corp.example does not open, the browser reports a timeout. " +
      "From inside the company it works. We noticed it ten minutes ago. I do not know whether it is the server or " +
      "the internet line; mail from outside arrives.",
    type: "incident",
    priority: "urgent",
    team: null,
    requester: "customer2",
    hoursAgo: 1,
    steps: [
      {
        after: 14,
        by: "customer2",
        say: "Checked with a mobile phone outside the company network: timeout as well, so it is not just single " +
          "customers."
      }
    ]
  }
]
