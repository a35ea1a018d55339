module runner-platform.invalid/charts

go 1.26.0

// go.sum pins a second version of cert-manager beside this one: that of the sandbox.
// Nothing here is compiled: these modules hold charts and definitions, and go.sum pins their content.
require (
	github.com/actions/actions-runner-controller v0.27.6
	github.com/ceph/ceph-csi-operator v1.0.4
	github.com/cert-manager/cert-manager v1.21.2
	github.com/prometheus-operator/prometheus-operator v0.85.0
	github.com/rook/rook v1.20.6
)
