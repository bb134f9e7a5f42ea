export { Centrifuge } from 'centrifuge'
