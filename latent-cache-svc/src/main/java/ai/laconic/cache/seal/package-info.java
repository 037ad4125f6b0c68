/**
 * How blocks and texts are sealed before a store gets them, and opened when they come back.
 *
 * <p>Without keys a text gets a checksum over itself and the place where it lies, and a block is
 * stored as it is, since it has a checksum and its own ID inside. With keys both are encrypted with
 * AES-GCM under a key of their owner, which is derived from a master key and the owner's name; the
 * place is authenticated too, so that a value can't be moved. The owner of a private block is its
 * tenant; public blocks have an owner of their own.
 *
 * <p>Keys have IDs, and every sealed value names the one that sealed it. To rotate, put a new key
 * first: it seals from then on, and the others still open what they sealed. An old key can go once
 * everything that it sealed has expired or was made again. Until then a value whose key is missing
 * is not taken for damaged, and a secret that isn't the one that its ID had before keeps the
 * service from starting.
 *
 * <table>
 *   <caption>A sealed value</caption>
 *   <tr><th>bytes</th><th>what</th></tr>
 *   <tr><td>0</td><td>1 for a checksum, 2 for AES-GCM with the tenant's key, 3 for AES-GCM with the
 *       key of public blocks</td></tr>
 *   <tr><td colspan="2">after 1: CRC32C, 4 bytes; then the value</td></tr>
 *   <tr><td colspan="2">after 2 and 3: key ID, 4 bytes; nonce, 12 bytes; then the value, encrypted,
 *       and its tag, 16 bytes</td></tr>
 * </table>
 */
@NullMarked
package ai.laconic.cache.seal;

import org.jspecify.annotations.NullMarked;
