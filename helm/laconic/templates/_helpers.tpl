{{- define "laconic.name" -}}
{{- printf "%s-%s" .root.Release.Name .tier | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "laconic.selector" -}}
app.kubernetes.io/name: laconic
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .tier }}
{{- end -}}

{{- define "laconic.labels" -}}
{{ include "laconic.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* A Deployment of one tier. Takes root, tier, main, port, settings (of the tier), env (a YAML list), and optionally volume. */}}
{{- define "laconic.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "laconic.name" . }}
  labels: {{- include "laconic.labels" . | nindent 4 }}
spec:
  replicas: {{ .settings.replicas }}
  selector:
    matchLabels: {{- include "laconic.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "laconic.labels" . | nindent 8 }}
    spec:
      terminationGracePeriodSeconds: {{ .root.Values.terminationGracePeriodSeconds }}
      automountServiceAccountToken: false
      # Kubernetes would set <SERVICE>_PORT to a URL, where the services' settings read a number.
      enableServiceLinks: false
      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile: {type: RuntimeDefault}
      {{- with .root.Values.imagePullSecrets }}
      imagePullSecrets: {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .container }}
          image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}"
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          args: [{{ .main | quote }}]
          env:
            - {name: ORT_DISABLE_TELEMETRY, value: "1"}
            - {name: DJL_CACHE_DIR, value: /tmp/djl}
            - {name: SPRING_GRPC_SERVER_PORT, value: {{ .port | quote }}}
            {{- .env | nindent 12 }}
          ports:
            - {name: grpc, containerPort: {{ .port }}}
          startupProbe:
            grpc: {port: {{ .port }}}
            periodSeconds: 2
            failureThreshold: 150
          readinessProbe:
            grpc: {port: {{ .port }}}
            periodSeconds: 5
            timeoutSeconds: 3
          # Not the health service: a cache that waits for Redis is not ready, but restarting it would not help. A process that
          # can't serve any more ends by itself.
          livenessProbe:
            tcpSocket: {port: {{ .port }}}
            periodSeconds: 10
            timeoutSeconds: 5
          resources: {{- toYaml .settings.resources | nindent 12 }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
          volumeMounts:
            - {name: tmp, mountPath: /tmp}
            {{- if .volume }}
            - {name: models, mountPath: /models, readOnly: true}
            {{- end }}
      volumes:
        - name: tmp
          emptyDir: {}
        {{- with .volume }}
        - name: models
          {{- toYaml . | nindent 10 }}
        {{- end }}
      {{- with .settings.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .settings.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end -}}

{{/* A headless Service: gRPC clients see every replica and spread their calls. Takes root, tier, port. */}}
{{- define "laconic.headless" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "laconic.name" . }}
  labels: {{- include "laconic.labels" . | nindent 4 }}
spec:
  clusterIP: None
  # Clients check the health of each replica themselves; one that isn't ready must still be found when it is again.
  publishNotReadyAddresses: true
  selector: {{- include "laconic.selector" . | nindent 4 }}
  ports:
    - {name: grpc, port: {{ .port }}, targetPort: grpc}
{{- end -}}

{{- define "laconic.target" -}}
dns:///{{ include "laconic.name" . }}.{{ .root.Release.Namespace }}.svc:{{ .port }}
{{- end -}}
