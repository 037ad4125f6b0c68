/**
 * Both stores in Redis, 6.2 or later, through Lettuce: one server, Sentinel or a cluster.
 *
 * <h2>Keys</h2>
 *
 * The prefix {@code laconic:v2:} names this layout; another layout gets another number, so that two
 * versions of the service never read each other's keys. The part in braces is the hash tag of Redis
 * Cluster: what changes together lies in one slot.
 *
 * <table>
 *   <caption>Layout of version 2</caption>
 *   <tr><th>key</th><th>type</th><th>holds</th></tr>
 *   <tr><td>{@code block:{ID}}</td><td>string</td><td>a block</td></tr>
 *   <tr><td>{@code claim:{ID}}</td><td>string</td><td>who is making it</td></tr>
 *   <tr><td>{@code staged:{ID}:UUID}</td><td>string</td><td>a block that is on its way</td></tr>
 *   <tr><td>{@code records:{G}:PARTITION}</td><td>hash</td><td>records by key</td></tr>
 *   <tr><td>{@code order:{G}:PARTITION}</td><td>sorted set</td><td>the keys in order</td></tr>
 *   <tr><td>{@code version:{G}:PARTITION}</td><td>string</td><td>a name of its last
 *       transaction</td></tr>
 *   <tr><td>{@code texts:{G}:PARTITION/EXTENT}</td><td>hash</td><td>texts by number</td></tr>
 *   <tr><td>{@code partitions:{G}}</td><td>set</td><td>the partitions of a group</td></tr>
 * </table>
 *
 * Partitions lie in 1,024 groups, G, so that all of them can be found. Blocks, claims and what is
 * staged have a time to live; nothing of a context has, since a promise that vanishes by itself
 * can't give back what it took.
 *
 * <h2>Transactions</h2>
 *
 * A transaction reads the partition's version, then records, computes, and is applied by one script
 * if the version is still the same; else it begins again. The new version is a name that nobody
 * else has, so a script that was sent twice is applied once.
 *
 * <h2>Connections</h2>
 *
 * A few for data, for batches whose commands leave in one piece to each node, and one for pings. A
 * batch has a deadline; what it did not hear of by then is not sent again. Scripts are called by
 * their digest, and sent whole to a node that does not know them. Large values travel in pieces,
 * each straight to its place.
 *
 * <h2>What an acknowledgement means</h2>
 *
 * The master has the write. With {@code redis.replicas} so many replicas have it too, and a write
 * that doesn't reach them in time is UNAVAILABLE: a failover then loses nothing that was
 * acknowledged.
 */
@NullMarked
package ai.laconic.cache.redis;

import org.jspecify.annotations.NullMarked;
