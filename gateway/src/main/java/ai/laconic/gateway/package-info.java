/**
 * The front door. Clients speak to the gateway and to nothing else; it handles text, IDs, manifests
 * and streams of tokens, never latents, and holds no model.
 *
 * <ul>
 *   <li>{@code auth}: whose call it is, from an API key.
 *   <li>{@code pool}: the configured pools, the models that their replicas serve, and which one
 *       serves a request.
 *   <li>{@code text}: an upload as checked UTF-8, cut into spans.
 *   <li>{@code context}: the life of a context, from upload to deletion.
 *   <li>{@code prompt}: prompt parts as a decoder takes them, and the relay of its answer.
 *   <li>{@code healing}: latents made again from their text while a prompt waits.
 *   <li>{@code upstream}: work at several tiers that ends together.
 *   <li>{@code limit}: what the gateway bounds.
 * </ul>
 *
 * <p>Settings: {@code laconic.gateway}, see {@link ai.laconic.gateway.GatewayProperties}.
 */
@NullMarked
package ai.laconic.gateway;

import org.jspecify.annotations.NullMarked;
