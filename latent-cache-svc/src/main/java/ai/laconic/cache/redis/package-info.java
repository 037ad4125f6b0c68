/**
 * The store in Redis, 6.2 or later, through Lettuce.
 *
 * <h2>Keys</h2>
 *
 * The prefix {@code laconic:v1:} names this layout; another layout gets another number, so that two
 * versions of the service never read each other's keys. A tenant's name and {@code ctx_...} have no
 * braces in them, so the part in braces is the hash tag of Redis Cluster: what is written together
 * lies in one slot.
 *
 * <table>
 *   <caption>Layout of version 1</caption>
 *   <tr><th>key</th><th>type</th><th>holds</th></tr>
 *   <tr><td>{@code block:ID}</td><td>string</td><td>the encoded block, which has a checksum of its
 *       own</td></tr>
 *   <tr><td>{@code context:{TENANT/CTX}}</td><td>hash</td><td>{@code manifest}, and {@code
 *       summary}: the same without segments, for listings</td></tr>
 *   <tr><td>{@code texts:{TENANT/CTX}}</td><td>hash</td><td>UTF-8 by segment number; absent if the
 *       source is not kept</td></tr>
 *   <tr><td>{@code staged:{TENANT/CTX}:UPLOAD}</td><td>hash</td><td>texts of an unfinished
 *       upload</td></tr>
 *   <tr><td>{@code created:{TENANT}}</td><td>sorted set</td><td>context IDs by creation
 *       time</td></tr>
 *   <tr><td>{@code expires:{TENANT}}</td><td>sorted set</td><td>context IDs by expiry</td></tr>
 * </table>
 *
 * Manifests, summaries and texts carry a CRC32C before their bytes; times are milliseconds since
 * the epoch. Every key has a time to live.
 *
 * <h2>How a context appears</h2>
 *
 * Its texts are staged in batches of about a megabyte, each with a new time to live for the staging
 * key. Then the context is listed by ID, and at last one script renames the staging key and writes
 * the manifest. A service that dies before the script leaves an ID in the listing that leads to
 * nothing, which listings skip, and a staging key; both expire. The script refuses to rename less
 * than all texts, and to replace another manifest; run twice, it changes nothing.
 *
 * <h2>Time</h2>
 *
 * A block's remaining time is only ever made longer, by a script, because {@code PEXPIRE ... GT}
 * came with Redis 7. Scripts travel with each call: they are short, and a restarted Redis knows
 * none.
 *
 * <h2>When Redis is away</h2>
 *
 * There is one connection for all, opened when it is first wanted and again by itself after it
 * broke. Meanwhile calls fail at once with UNAVAILABLE, and one that Redis does not answer fails
 * after {@code command-timeout}. If not even a ping is answered for so long, the connection is
 * given up and a new one opened: the address may lead to another Redis by now. A Redis at its
 * {@code maxmemory} that evicts nothing is RESOURCE_EXHAUSTED; {@code volatile-lru} is the policy
 * that fits.
 *
 * <p>Settings: {@code laconic.cache.redis.uri}, {@code laconic.cache.redis.command-timeout}.
 */
@NullMarked
package ai.laconic.cache.redis;

import org.jspecify.annotations.NullMarked;
