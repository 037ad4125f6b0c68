/**
 * The stores in Redis, 6.2 or later, through Lettuce: one server, the master that sentinels name,
 * or a cluster. Blocks and contexts may lie in different ones.
 *
 * <h2>Keys</h2>
 *
 * The prefix {@code laconic:v2:} names this layout; another layout gets another number, so that two
 * versions of the service never read each other's keys. The part in braces is the hash tag of Redis
 * Cluster: what a script touches lies in one slot.
 *
 * <table>
 *   <caption>Layout of version 2</caption>
 *   <tr><th>key</th><th>type</th><th>holds</th></tr>
 *   <tr><td>{@code block:{ID}}</td><td>string</td><td>a block</td></tr>
 *   <tr><td>{@code claim:{ID}}</td><td>string</td><td>who makes the block</td></tr>
 *   <tr><td>{@code staged:{ID}:UPLOAD}</td><td>string</td><td>a block that is being
 *       stored</td></tr>
 *   <tr><td>{@code records:{GROUP}:PARTITION}</td><td>hash</td><td>the records of a
 *       partition</td></tr>
 *   <tr><td>{@code order:{GROUP}:PARTITION}</td><td>sorted set</td><td>their keys, with equal
 *       scores: in the order of their bytes</td></tr>
 *   <tr><td>{@code version:{GROUP}:PARTITION}</td><td>string</td><td>a name of the last
 *       transaction</td></tr>
 *   <tr><td>{@code texts:{GROUP}:PARTITION/COLLECTION}</td><td>hash</td><td>texts by
 *       number</td></tr>
 *   <tr><td>{@code partitions:{GROUP}}</td><td>set</td><td>the partitions of a group</td></tr>
 * </table>
 *
 * A group is the hash of a partition's name, one of 1024: the set that knows a partition lies in
 * its slot, so that both change in one step, and all partitions are found by asking 1024 keys.
 * Blocks, claims and what is staged have a time to live; contexts have none, as they are promises.
 *
 * <h2>Blocks</h2>
 *
 * A block is sent to a key of its own, in pieces if it is large, and renamed in one step: nobody
 * reads half a block, and what a crash leaves expires. It is read in pieces, each of which goes
 * straight to its place: Lettuce copies a command before it sends it, and collects an answer before
 * it hands it on.
 *
 * <h2>Transactions</h2>
 *
 * The first read of a partition also asks for its version, in the same round trip. The writes are
 * applied by one script if the version is still that; otherwise the work is done again. The new
 * version is a random name that the transaction brings with it, so a script that a failover runs
 * twice is applied once.
 *
 * <h2>What an acknowledgement means</h2>
 *
 * The master has the write. With {@code redis.replicas} so many replicas have it too (WAIT), and a
 * failover to one of them keeps it; a write that reaches fewer in time is UNAVAILABLE, is on the
 * master all the same, and may be repeated. This is asked for contexts, and for the removal of
 * blocks; blocks themselves can be made again. What survives a power failure is for Redis to say
 * ({@code appendfsync}).
 *
 * <h2>The way to Redis</h2>
 *
 * A batch is sent in one piece to each node that owns some of its keys, over one of a few
 * connections that all callers share. Scripts are called by digest; a node that doesn't know one is
 * told its text. Where a key has moved Lettuce follows. Commands are never sent again by
 * themselves. One that isn't answered within {@code command-timeout} costs its connection the trust
 * of others: they get a new one. Pings have connections of their own.
 *
 * <p>Whatever goes wrong is UNAVAILABLE, answers that make no sense included; a Redis at its {@code
 * maxmemory} that evicts nothing is RESOURCE_EXHAUSTED.
 *
 * <p>The commands that an ACL must allow are in docs/operations.md, and tested with it.
 */
@NullMarked
package ai.laconic.cache.redis;

import org.jspecify.annotations.NullMarked;
