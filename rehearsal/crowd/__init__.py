"""The crowd: people with phones who take part, facilitate and steer, as a seed decides.

From above: `plan.make` decides who does what when (people, arriving, voting, talking, leading); `crowd.Crowd`
plays that plan through `engine.Engine`, each act by somebody's `hands` (participating, conducting), who read
what is on their screens (reading); `meant` keeps what was meant by it all.
"""
