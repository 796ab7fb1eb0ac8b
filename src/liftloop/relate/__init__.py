"""Which human takes over? What people, journeys, signals and scores ask for comes in; work for somebody comes out.

Work is a lead, a deal, a task or a ticket: always somebody's or in a team's queue, opened once, closed with an outcome.
Every change of it is a line of its history, and what a customer's journey should know of it goes back to the log.
"""
