/**
 * Latents: what a window becomes, what it is called and what it looks like as bytes.
 *
 * <p>A {@link ai.laconic.runtime.latent.LatentId} names the latents of a window by everything they
 * are computed from (model, ratio, token ids) and by who may share them, a {@link
 * ai.laconic.runtime.latent.SharingDomain}. It is known before they exist, so a tier can ask for
 * them without having seen them. A {@link ai.laconic.runtime.latent.LatentBlock} is the latents
 * themselves, in one of four number types and behind a header that says what they are and which ID
 * they belong to: a block that lies under another's ID is found out. Both are immutable.
 *
 * <h2>The block on the wire</h2>
 *
 * Little-endian throughout; 96 bytes of header, then the payload.
 *
 * <table>
 *   <caption>Header of version 2</caption>
 *   <tr><th>bytes</th><th>what</th></tr>
 *   <tr><td>0-3</td><td>{@code LCLB}</td></tr>
 *   <tr><td>4</td><td>version, 2</td></tr>
 *   <tr><td>5</td><td>kind: 1 EMBEDS, 2 KV</td></tr>
 *   <tr><td>6</td><td>type: 1 FP32, 2 FP16, 3 BF16, 4 INT8</td></tr>
 *   <tr><td>7</td><td>0</td></tr>
 *   <tr><td>8-11</td><td>rows; for KV the product layers * 2 * kv_heads * slots</td></tr>
 *   <tr><td>12-15</td><td>cols; for KV head_dim</td></tr>
 *   <tr><td>16-19</td><td>layers; 0 for EMBEDS</td></tr>
 *   <tr><td>20-23</td><td>kv_heads; 0 for EMBEDS</td></tr>
 *   <tr><td>24-27</td><td>slots; 0 for EMBEDS</td></tr>
 *   <tr><td>28-31</td><td>CRC32C of all bytes of the block but these four</td></tr>
 *   <tr><td>32-63</td><td>fingerprint of the model</td></tr>
 *   <tr><td>64-95</td><td>latent ID that the block belongs to</td></tr>
 * </table>
 *
 * The payload is rows * cols numbers, row after row. INT8 has the rows' scales before them, one
 * FP32 for each row: a number is its signed byte times the scale of its row.
 */
@NullMarked
package ai.laconic.runtime.latent;

import org.jspecify.annotations.NullMarked;
