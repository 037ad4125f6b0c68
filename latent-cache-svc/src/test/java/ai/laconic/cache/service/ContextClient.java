package ai.laconic.cache.service;

import static ai.laconic.cache.Fixtures.context;
import static ai.laconic.cache.Fixtures.contextId;
import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.servicekit.tenant.TenantId;
import ai.laconic.v1.Context;
import ai.laconic.v1.FindContextsRequest;
import ai.laconic.v1.FindContextsResponse;
import ai.laconic.v1.GetContextRequest;
import ai.laconic.v1.GetTextsRequest;
import ai.laconic.v1.LatentCacheServiceGrpc;
import ai.laconic.v1.PutContextRequest;
import ai.laconic.v1.PutContextResponse;
import ai.laconic.v1.RemoveContextRequest;
import ai.laconic.v1.SegmentText;
import java.util.ArrayList;
import java.util.List;

/** Calls about contexts, as a gateway makes them. */
final class ContextClient {
  private final CacheServer server;

  ContextClient(CacheServer server) {
    this.server = server;
  }

  void put(TenantId tenant, PutContextRequest... requests) throws Throwable {
    CacheServer.<PutContextRequest, PutContextResponse>send(
        LatentCacheServiceGrpc.LatentCacheServiceStub::putContext,
        server.async(tenant),
        List.of(requests));
  }

  Context get(TenantId tenant, int number) {
    return server
        .blocking(tenant)
        .getContext(GetContextRequest.newBuilder().setContextId(contextId(number).value()).build());
  }

  void remove(TenantId tenant, int number) {
    assertThat(
            server
                .blocking(tenant)
                .removeContext(
                    RemoveContextRequest.newBuilder()
                        .setContextId(contextId(number).value())
                        .build()))
        .isNotNull();
  }

  FindContextsResponse find(TenantId tenant, int size, String token) {
    return server
        .blocking(tenant)
        .findContexts(
            FindContextsRequest.newBuilder().setPageSize(size).setPageToken(token).build());
  }

  List<SegmentText> texts(TenantId tenant, int number, int... segments) {
    GetTextsRequest.Builder request =
        GetTextsRequest.newBuilder().setContextId(contextId(number).value());
    for (int segment : segments) {
      request.addSegments(segment);
    }
    List<SegmentText> texts = new ArrayList<>();
    server.blocking(tenant).getTexts(request.build()).forEachRemaining(texts::add);
    return texts;
  }

  static PutContextRequest manifest(Context context) {
    return PutContextRequest.newBuilder().setManifest(context).build();
  }

  static PutContextRequest text(int index, List<String> texts) {
    return request(segment(index, texts.get(index)));
  }

  static PutContextRequest request(SegmentText text) {
    return PutContextRequest.newBuilder().setText(text).build();
  }

  static SegmentText segment(int index, String text) {
    return SegmentText.newBuilder().setIndex(index).setText(text).build();
  }
}
